import type ts from 'typescript';
import { MODULE_PREFIX } from './notebook-files.js';
import type { Workspace } from './workspace.js';

/** What could be written at a position, and which part of the source it would replace. */
export interface Completions {
  readonly start: number;
  readonly end: number;
  readonly candidates: readonly string[];
}

const NAME_BEFORE = /[\p{ID_Continue}$]*$/u;
const NAME_AFTER = /^[\p{ID_Continue}$]*/u;

/**
 * Completions in the cell that the workspace shows.
 *
 * @param earlierNames names of earlier cells, also of those that the unfinished word does not reach yet.
 */
export function completionsAt(
  workspace: Workspace,
  source: string,
  position: number,
  earlierNames: Iterable<string>
): Completions {
  const { service, files } = workspace;
  workspace.current();
  const found = service.getCompletionsAtPosition(files.cell, position + MODULE_PREFIX.length, {});
  const entries = [...(found?.entries ?? [])];
  const replaced = entries.find(({ replacementSpan }) => replacementSpan)?.replacementSpan;
  const before = NAME_BEFORE.exec(source.slice(0, position))?.[0] ?? '';
  const after = NAME_AFTER.exec(source.slice(position))?.[0] ?? '';
  const start = replaced ? replaced.start - MODULE_PREFIX.length : position - before.length;
  const end = replaced ? start + replaced.length : position + after.length;
  const written = source.slice(start, position);
  const candidates = ranked(entries, replaced ? written : before + after);
  if (before !== '' && !replaced && source[start - 1] !== '.') {
    const known = new Set(candidates);
    for (const name of earlierNames) {
      if (name.startsWith(before) && !known.has(name)) {
        candidates.unshift(name);
      }
    }
  }
  return { start, end, candidates };
}

/** Those that begin with what is written, then those that do but for the case, then those that hold it. */
function ranked(entries: readonly ts.CompletionEntry[], written: string): string[] {
  const lower = written.toLowerCase();
  const rank = (name: string): number => {
    if (name.startsWith(written)) {
      return 0;
    }
    const index = name.toLowerCase().indexOf(lower);
    return index < 0 ? -1 : index === 0 ? 1 : 2;
  };
  return entries
    .map(({ name, sortText }) => ({ name, rank: rank(name), sortText }))
    .filter(entry => entry.rank >= 0)
    .toSorted((a, b) => a.rank - b.rank || compare(a.sortText, b.sortText) || compare(a.name, b.name))
    .map(({ name }) => name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Signature and documentation of the name at a position of the cell that the workspace shows. */
export function descriptionAt(workspace: Workspace, position: number): string | undefined {
  workspace.current();
  const info = workspace.service.getQuickInfoAtPosition(workspace.files.cell, position + MODULE_PREFIX.length);
  if (!info) {
    return undefined;
  }
  const signature = (info.displayParts ?? []).map(({ text }) => text).join('');
  const documentation = (info.documentation ?? []).map(({ text }) => text).join('\n');
  const tags = (info.tags ?? []).map(({ name, text }) => `@${name} ${(text ?? []).map(part => part.text).join('')}`);
  return [signature, documentation, ...tags].filter(Boolean).join('\n') || undefined;
}
