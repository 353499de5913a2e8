import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const MOST_LINES = 400;
const MOST_FILES = 25;

/** Sources that git knows or would take, below the root. */
const sources = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx', '*.mjs', '*.css'],
  { cwd: ROOT, encoding: 'utf8' }
)
  .split('\n')
  .filter(file => file !== '');

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** Tables, and the areas of the server that insert or change their rows. */
function writersOfTables(): Map<string, Set<string>> {
  const writers = new Map<string, Set<string>>();
  for (const file of sources) {
    const area = /^server\/src\/(?:platform\/)?([a-z-]+)\//.exec(file)?.[1];
    // The store carries out what areas ask of it; an import of another tracker fills a whole store at once.
    const isExempt =
      area === 'store' || file.startsWith('server/src/operate/mlflow-import/') || /\.test\.ts$/.test(file);
    if (area === undefined || isExempt) {
      continue;
    }
    for (const [, table] of read(file).matchAll(/\.(?:insertInto|updateTable|mergeInto)\(\s*'([a-z_]+)'/g)) {
      writers.set(table!, (writers.get(table!) ?? new Set()).add(area));
    }
  }
  return writers;
}

describe('the sources', () => {
  it(`have no file of more than ${MOST_LINES} lines`, () => {
    expect(sources.filter(file => read(file).split('\n').length - 1 > MOST_LINES)).toEqual([]);
  });

  it(`have no folder of more than ${MOST_FILES} files`, () => {
    const files = new Map<string, number>();
    sources.map(file => path.dirname(file)).forEach(folder => files.set(folder, (files.get(folder) ?? 0) + 1));
    expect([...files].filter(([, count]) => count > MOST_FILES)).toEqual([]);
  });

  it('have no file named for nothing', () => {
    expect(sources.filter(file => /(^|\/)(utils?|helpers?|common|misc)(\/|\.tsx?$)/.test(file))).toEqual([]);
  });

  it('write each table of the database in one area', () => {
    const shared = [...writersOfTables()].filter(([, areas]) => areas.size > 1);
    expect(shared.map(([table, areas]) => `${table}: ${[...areas].join(', ')}`)).toEqual([]);
    expect(writersOfTables().size).toBeGreaterThan(20);
  });

  it('contain SQL in the store only', () => {
    const raw = sources.filter(
      file =>
        file.startsWith('server/src/') &&
        !file.startsWith('server/src/platform/store/') &&
        !/\.test\.ts$/.test(file) &&
        /\bsql(<[^>]*>)?`/.test(read(file))
    );
    expect(raw).toEqual([]);
  });
});
