import type { NameSource } from '../../magics/complete.js';
import type { Completions } from '../compiler/editor.js';

/** An unfinished text where the call takes a model: `slip.model("ra`. */
const CALL = /\bslip\s*\.\s*model\(\s*(?:"([^"\n]*)|'([^'\n]*)|`([^`\n]*))$/;

/** Completes the name of a model in `slip.model("…")`; null at every other place, and where no name begins so. */
export async function completeModelName(
  source: string,
  cursor: number,
  names: NameSource
): Promise<Completions | null> {
  const found = CALL.exec(source.slice(0, cursor));
  if (!found) {
    return null;
  }
  const typed = found[1] ?? found[2] ?? found[3] ?? '';
  const candidates = (await names('reference', typed)).filter(name => name.startsWith(typed));
  return candidates.length === 0 ? null : { start: cursor - typed.length, end: cursor, candidates };
}
