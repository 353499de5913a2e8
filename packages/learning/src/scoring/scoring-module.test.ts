import { describe, expect, it } from 'vitest';
import { readScoring } from './scoring-module.js';

describe('a %%score cell', () => {
  it('gives JavaScript without types, and says which functions it has', async () => {
    const scoring = await readScoring(
      'interface Row { wind: number }\nexport function before(row: Row): Row { return { ...row, wind: row.wind * 2 }; }\n'
    );
    expect(scoring.functions).toEqual(['before']);
    expect(scoring.code).not.toContain('interface');
    const module = (await import(`data:text/javascript,${encodeURIComponent(scoring.code)}`)) as {
      before: (row: { wind: number }) => unknown;
    };
    expect(module.before({ wind: 2 })).toEqual({ wind: 4 });
  });

  it.each([
    ['const x = 1;', 'exports neither before nor after'],
    ['export const before = 3;', 'exports neither before nor after'],
    ['import lodash from "lodash";\nexport function before(r) { return r; }', 'imports "lodash"'],
    ['export function before(row { return row; }', 'cannot be read'],
    ['export function after(p) { return p; }\nthrow new Error("at once");', 'cannot be loaded: at once']
  ])('refuses %j with the right form', async (source, message) => {
    await expect(readScoring(source)).rejects.toThrow(message);
    await expect(readScoring(source)).rejects.toThrow('export function before(row)');
  });

  it('may use modules of Node itself', async () => {
    const scoring = await readScoring(
      'import { createHash } from "node:crypto";\nexport const after = (p: object) => ({ ...p, id: createHash("md5").digest("hex") });'
    );
    expect(scoring.functions).toEqual(['after']);
  });
});
