import { expect, it } from 'vitest';
import { killRounds } from './kill-rounds.js';

it('the record is complete and not doubled after 200 kills of kernel and server in turn', async () => {
  expect(await killRounds(200)).toEqual([]);
});
