import { SlipwayError } from '@slipway/notebook';

/** What names a model: the run that trained it, or a registered model and one of its versions. */
export type ModelReference =
  | { readonly kind: 'run'; readonly run: string }
  /** `version`: a number, an alias or a stage; null: the newest one. */
  | { readonly kind: 'version'; readonly name: string; readonly version: string | null };

/**
 * Reads `run:<id>`, `name@version`, `name@alias`, `name@stage` or `name`.
 *
 * @throws SlipwayError OPTION_INVALID with the forms that there are.
 */
export function parseReference(text: string): ModelReference {
  const run = /^run:(.*)$/s.exec(text)?.[1]?.trim();
  const at = text.lastIndexOf('@');
  const [name, version] = at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1).trim()];
  if (run === '' || version === '' || name.trim() === '') {
    throw new SlipwayError('OPTION_INVALID', `"${text}" names no model.`, {
      remedy:
        'Write "run:<id>" for the model of a run, or "rain@2", "rain@champion", "rain@Production", "rain" for a registered one.'
    });
  }
  return run === undefined ? { kind: 'version', name: name.trim(), version } : { kind: 'run', run };
}
