import { expect, it } from 'vitest';
import { DATABASES } from './databases.js';
import { killRounds } from './kill-rounds.js';

it.each(DATABASES)('nothing acknowledged is lost or doubled after 5 kills, with $name', async ({ environment }) => {
  expect(await killRounds(5, await environment())).toEqual([]);
});
