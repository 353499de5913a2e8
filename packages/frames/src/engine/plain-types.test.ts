import { beforeAll, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { execute, freshTable, queryRows, quoteName } from './engine.js';
import { readSchema } from '../frame/frame-schema.js';
import { withPlainTypes } from './plain-types.js';

beforeAll(() => RecordingNotebook.install('/'));

it('types that a frame does not know become such that it does', async () => {
  const table = freshTable();
  await execute(
    `create table ${quoteName(table)} as select timestamp_ns '2024-01-01 10:00:00.123456789' as ns, time '10:30:00' as day_time, ` +
      `{'x': 1} as structure, map {'k': 2} as mapping, ['a'] as words, [[1]] as nested, [1.5, 2]::double[] as numbers, ` +
      `[1.5]::decimal(4, 1)[] as decimals, interval 2 days as lasted, 'a'::enum('a', 'b') as kind, 7 as n`
  );
  const plain = await withPlainTypes(table);
  expect((await readSchema(plain)).map(({ name, type }) => `${name}: ${type}`)).toEqual([
    'ns: timestamp',
    'day_time: string',
    'structure: string',
    'mapping: string',
    'words: string',
    'nested: string',
    'numbers: tensor',
    'decimals: tensor',
    'lasted: string',
    'kind: string',
    'n: integer'
  ]);
  const [row] = await queryRows(`select * exclude (numbers, decimals) from ${quoteName(plain)}`);
  expect(row).toEqual({
    ns: '2024-01-01T10:00:00.123Z',
    day_time: '10:30:00',
    structure: '{"x":1}',
    mapping: '{"k":2}',
    words: '["a"]',
    nested: '[[1]]',
    lasted: '2 days',
    kind: 'a',
    n: 7
  });
  expect(await withPlainTypes(plain)).toBe(plain);
});

it('NaN is a missing value, and no other number is touched', async () => {
  const table = freshTable();
  await execute(
    `create table ${quoteName(table)} as select unnest(['1', 'NaN', null, '-inf']::double[]) as x, unnest([1, 2, 3, 4]::float[]) as y`
  );
  const plain = await withPlainTypes(table);
  const rows = await queryRows(`select cast(x as varchar) as x, y from ${quoteName(plain)}`);
  expect(rows.map(({ x }) => x)).toEqual(['1.0', null, null, '-inf']);
  expect(rows.map(({ y }) => y)).toEqual([1, 2, 3, 4]);
});
