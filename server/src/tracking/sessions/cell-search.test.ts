import { createHash } from 'node:crypto';
import type { SpoolRecord } from '@slipway/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, sessionStarted, type TestStore } from '../../../testing/test-store.js';
import { searchCells } from './cell-search.js';

const SESSION = 'session-1';

let test: TestStore;
beforeEach(async () => {
  test = await openTestStore();
});
afterEach(() => test.remove());

/** Runs cells with these sources, one after the other. */
async function execute(...sources: string[]): Promise<void> {
  const cells = sources.map((source, index): SpoolRecord => ({
    seq: index + 2,
    at: 1000 + index,
    type: 'cell.started',
    cell: {
      execution_id: `execution-${index}`,
      order: index + 1,
      execution_count: index + 1,
      cell_id: null,
      message_id: `message-${index}`,
      source,
      source_sha256: createHash('sha256').update(source).digest('hex'),
      started_at: 1000 + index
    }
  }));
  const { refused } = await test.store.write({
    kind: 'records',
    session_id: SESSION,
    records: [sessionStarted(1, 999), ...cells]
  });
  expect(refused).toEqual([]);
}

const found = async (text: string, limit = 10): Promise<number[]> =>
  (await searchCells(test.store.reads, text, limit)).map(cell => cell.order);

describe('searching executed cells', () => {
  beforeEach(() =>
    execute(
      'const model = slip.mlp({ hidden: [32] });',
      'await model.fit(train);\nconsole.log("Verlust über alles");',
      'const learning_rate = 0.1; // größer'
    )
  );

  it('finds cells by a word, by the beginning of one, and by several, the newest first', async () => {
    expect(await found('model')).toEqual([2, 1]);
    expect(await found('hid')).toEqual([1]);
    expect(await found('fit train')).toEqual([2]);
    expect(await found('fit hidden')).toEqual([]);
  });

  it('does not mind case, points, underlines and quotes', async () => {
    expect(await found('MODEL.FIT')).toEqual([2]);
    expect(await found('learning_rate')).toEqual([3]);
    expect(await found('"verlust')).toEqual([2]);
    expect(await found('GRÖSSER')).toEqual([]);
    expect(await found('Größer')).toEqual([3]);
  });

  it('finds nothing for what holds no word, and breaks on no sign of a query language', async () => {
    for (const text of ['', '  ', '***', '"', 'model AND', 'NEAR(model)', "'; --", 'source:model', '(', '&|!:*']) {
      expect(await found(text)).toEqual([]);
    }
  });

  it('shows the lines with the words', async () => {
    const [cell] = await searchCells(test.store.reads, 'verlust', 10);
    expect(cell).toMatchObject({
      session_id: SESSION,
      lines: [{ line: 2, text: 'console.log("Verlust über alles");' }]
    });
  });

  it('gives no more than was asked for', async () => {
    expect(await found('model', 1)).toEqual([2]);
  });
});

it('indexes a cell of a megabyte', async () => {
  await execute(`needle ${'x1 y2 '.repeat(170_000)}`);
  expect(await found('needle')).toEqual([1]);
});
