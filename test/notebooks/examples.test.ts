import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../harness/places.js';
import { NotebookSession } from './notebook-session.js';

const EXAMPLES = path.join(ROOT, 'examples');
let session: NotebookSession;
beforeAll(async () => {
  session = await NotebookSession.start();
});
afterAll(() => session?.stop());

it('the line of example 04 is 61.77 + 0.0592 · weight, its service answers as the book does, and R² is called R²', async () => {
  session.copy(path.join(EXAMPLES, 'players.csv'));
  const cells = await session.run(path.join(EXAMPLES, '04-height.ipynb'));
  expect(cells.filter(cell => cell.status !== 'ok').map(cell => cell.traceback)).toEqual([]);
  expect(cells.map(cell => cell.stderr + cell.warnings).join('')).toBe('');

  const last = cells.at(-1)!;
  expect(last.stdout.trim().split('\n')).toEqual([
    '180 lb: 72.43 in, 6 foot, 0 inches',
    '200 lb: 73.61 in, 6 foot, 2 inches',
    '225 lb: 75.09 in, 6 foot, 3 inches',
    '400 lb: 85.45 in, 7 foot, 1 inches'
  ]);
  expect(last.shown).toMatch(/^'height = 61\.77 \+ 0\.0592 · weight, R² 0\.\d\d'$/);
  expect(cells.find(({ id }) => id === 'height-17')?.shown).toBe("'200 lb: 73.61 in'");
  const everything = cells.map(cell => cell.shown).join('\n');
  expect(everything).toMatch(/this model +r2 +0\.\d+/);
  expect(everything).not.toMatch(/accuracy/i);
});

it('a model of dates and words is promoted, and its service takes them as they are', async () => {
  const made = await session.cell(`
import { writeFileSync } from "node:fs";
import * as slip from "slipway";
const texts = ["fast delivery", "late and broken", "Fast, friendly", "broken again", "great service", "never again"];
const lines = Array.from({ length: 400 }, (_, i) => {
  const day = new Date(Date.UTC(2024, 0, 1 + i));
  const text = texts[(i * 7) % 6];
  const stars = (/fast|great/i.test(text) ? 4 : 2) + ([0, 6].includes(day.getUTCDay()) ? 1 : 0) + ((i * 37) % 10) / 20;
  return \`\${day.toISOString().slice(0, 10)},"\${text}",\${stars}\`;
});
writeFileSync("reviews.csv", ["day,review,stars", ...lines].join("\\n"));
const reviews = await slip.data("reviews", "reviews.csv", { time: "day" });
const { train, test } = await reviews.split({ by: "time", test: 0.25 });
const prep = slip.prep().dateParts(["weekday"], "day").hashWords(64, "review");
const model = await slip.fit(slip.gradientBoosting({ trees: 40, minSamplesLeaf: 5 }), { prep, train, test, target: "stars" });
await slip.testBehavior(model, { "a weekend is kinder": { rows: { day: "2025-03-01", review: "late" }, expect: { min: 2 } } });
await slip.register("stars", model);
const service = await slip.promote("stars");`);
  expect(made.traceback + made.stderr + made.warnings).toBe('');
  const answers = await session.cell(`
const asked = await service.predict([
  { day: "2025-03-01", review: "FAST delivery" }, { day: "2025-03-03T10:00:00", review: "Never, never again!" },
]);
asked.map(({ value }) => Math.round(Number(value)))`);
  expect(answers.traceback).toBe('');
  expect(answers.shown).toBe('[ 5, 2 ]');
  const refused = await session.cell('await service.predict({ day: "1.3.2025", review: "late" })');
  expect(refused.traceback).toContain('expected a date such as 2024-01-31');
  const behaviors = made.shown.split('\n').find(line => line.includes('Passes its behavior tests (')) ?? '';
  expect(behaviors).toContain('(pass): 1 behavior, 1 claim');
});
