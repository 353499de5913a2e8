import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { RecordingNotebook } from '../../../notebook/testing/notebook-double.js';
import { digestOf, uploadContent } from './content.js';
import { execute, freshTable, queryRows, quoteName } from '../engine/engine.js';
import { openFrame, type Frame } from '../frame/frame.js';

beforeAll(() => {
  delete process.env['SLIPWAY_URL'];
  RecordingNotebook.install('/');
});

async function frameOf(sql: string): Promise<Frame> {
  const table = freshTable();
  await execute(`create table ${quoteName(table)} as ${sql}`);
  const lineage = { source: 'a test', parents: [], steps: [] };
  return openFrame({ name: 't', table, time: null, version: null, lineage, shifts: new Map() });
}

describe('the digest of a frame', () => {
  const rows = `select i as n, 'w' || (i % 7) as word, i / 3 as x, case when i % 5 = 0 then null else true end as yes from range(20000) t(i)`;

  it('is that of all rows at once, though they are looked at in blocks', async () => {
    const frame = await frameOf(rows);
    const [all] = await queryRows(
      `select sha256(string_agg(h, '' order by i)) as digest from (select row_number() over () as i, ` +
        `sha256(cast(to_json(t) as varchar)) as h from ${quoteName(frame.table)} t)`
    );
    const schema = frame.columns.map(({ name, type }) => `${name}:${type}`).join(',');
    const expected = createHash('sha256')
      .update(`${schema}\n${String(all!['digest'])}`)
      .digest('hex');
    expect(await digestOf(frame)).toBe(expected);
  });

  it('stays what it was, so that data registered before is known again', async () => {
    expect(await digestOf(await frameOf(rows))).toBe(
      'dbdb858e91d911a00baabdc462bab5e655e6c878c7fc092df30069272793e079'
    );
  });

  it('is another for another order, value or type', async () => {
    const digests = await Promise.all(
      [rows, `${rows} order by n desc`, rows.replace('w', 'v'), rows.replace('i as n', 'i::double as n')].map(
        async sql => digestOf(await frameOf(sql))
      )
    );
    expect(new Set(digests).size).toBe(4);
  });
});

describe('the Parquet file of a large frame', () => {
  it('is written without a lasting loss of threads, by several at once as well', async () => {
    const threads = async (): Promise<unknown> =>
      (await queryRows("select current_setting('threads') as threads"))[0]!['threads'];
    const before = await threads();
    const frame = await frameOf('select i as n from range(250000) t(i)');
    // No server is there to take it.
    await Promise.allSettled([uploadContent(frame, '/nowhere'), uploadContent(frame, '/nowhere')]);
    expect(await threads()).toBe(before);
  });
});
