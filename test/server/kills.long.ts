import { expect, it } from 'vitest';
import { DATABASES } from './databases.js';
import { killRounds } from './kill-rounds.js';

it.each(DATABASES)('nothing acknowledged is lost or doubled after 200 kills, with $name', async ({ environment }) => {
  expect(await killRounds(200, await environment())).toEqual([]);
});
