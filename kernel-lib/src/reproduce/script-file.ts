import { analyseCell } from '../graph/analyse.js';
import type { CellNames } from '../graph/cell-names.js';
import type { TypeScript } from '../graph/compiler.js';
import { rewriteCalls } from '../magics/rewrite.js';
import { filesReadBy, type Reproduction } from './notebook-file.js';
import { ImportedNames } from './imported-names.js';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The cells as one TypeScript module that Node runs as it is. A notebook may declare a name again, a module may not: all
 * declarations of a name but its last get a number. Imports are merged and come first.
 */
export function scriptText(ts: TypeScript, reproduction: Reproduction): string {
  const { session, cells } = reproduction;
  const parts = cells.map(cell => {
    const source = rewriteCalls(ts, cell.source, LINE_FUNCTION);
    return { cell, source, names: analyseCell(ts, source) };
  });
  const versions = new NameVersions(parts.map(({ names }) => names));
  const imports = new ImportedNames();
  const bodies = parts.map(({ cell, source, names }, i) => {
    const edits: Edit[] = names.imports.map(({ start, end }) => ({ start, end, text: '' }));
    for (const { start, end, name, isShorthand, isType } of names.places) {
      const renamed = versions.nameAt(i, name);
      imports.use(renamed, isType);
      if (renamed !== name) {
        edits.push({ start, end, text: isShorthand ? `${name}: ${renamed}` : renamed });
      }
    }
    for (const [name, from] of names.imported) {
      imports.add(versions.nameAt(i, name), from);
    }
    for (const { module, isBare } of names.imports) {
      if (isBare) {
        imports.addBare(module);
      }
    }
    return [`// Execution ${cell.order}`, applied(source, edits).trim()].join('\n');
  });
  if (bodies.some(body => body.includes(`${LINE_FUNCTION}(`))) {
    imports.add(LINE_FUNCTION, 'slipway/lines#runLine');
    imports.use(LINE_FUNCTION, false);
  }
  const usesRequire = parts.some(({ names }) => names.reads.has('require'));
  const needsTransform = parts.some(({ names }) => names.needsTransform);
  return [
    ...[header(reproduction, needsTransform), imports.text()],
    ...(usesRequire ? [REQUIRE] : []),
    ...bodies,
    `export {}; // end of session ${session.session_id}`,
    ''
  ].join('\n\n');
}

const LINE_FUNCTION = 'slipLine';
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);";

/** Which declaration of a name each execution means. */
class NameVersions {
  readonly #perCell: ReadonlyMap<string, number>[] = [];
  readonly #last = new Map<string, number>();
  readonly #taken: ReadonlySet<string>;

  constructor(cells: readonly CellNames[]) {
    this.#taken = new Set(cells.flatMap(({ places }) => places.map(({ name }) => name)));
    const imported = new Map<string, string>();
    for (const cell of cells) {
      for (const name of new Set([...cell.declares, ...cell.types])) {
        const from = cell.imported.get(name);
        const isSameImport = from !== undefined && imported.get(name) === from;
        if (!isSameImport) {
          this.#last.set(name, (this.#last.get(name) ?? 0) + 1);
        }
        if (from === undefined) {
          imported.delete(name);
        } else {
          imported.set(name, from);
        }
      }
      this.#perCell.push(new Map(this.#last));
    }
  }

  nameAt(cell: number, name: string): string {
    const version = this.#perCell[cell]?.get(name);
    if (version === undefined || version === this.#last.get(name)) {
      return name;
    }
    let renamed = `${name}_${version}`;
    while (this.#taken.has(renamed)) {
      renamed += '_';
    }
    return renamed;
  }
}

function applied(source: string, edits: readonly Edit[]): string {
  let text = source;
  for (const { start, end, text: replacement } of [...edits].sort((a, b) => b.start - a.start)) {
    text = text.slice(0, start) + replacement + text.slice(end);
  }
  return text;
}

function header({ session, only, cells, datasets }: Reproduction, needsTransform: boolean): string {
  const command = needsTransform ? 'node --experimental-transform-types' : 'node';
  const files = filesReadBy(cells);
  const lines = [
    `${only ?? 'All cells'} of notebook session ${session.session_id}${session.notebook_path ? ` (${session.notebook_path})` : ''},`,
    `written by Slipway from its record. With Node 24, beside an installation of slipway: ${command} <this file>`,
    ...(session.environment ? [`It ran on ${session.environment.runtime}.`] : []),
    ...(datasets.length > 0 ? [`Data: ${datasets.map(({ name, version }) => `${name}@${version}`).join(', ')}.`] : []),
    ...(files.length > 0 ? [`Files that it reads: ${files.join(', ')}.`] : [])
  ];
  return lines.map(line => `// ${line}`).join('\n');
}
