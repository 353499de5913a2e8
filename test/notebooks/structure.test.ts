import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NotebookSession } from './notebook-session.js';

let session: NotebookSession;
beforeAll(async () => {
  session = await NotebookSession.start();
  const cells = await session.run(path.join(import.meta.dirname, 'structure.ipynb'));
  expect(cells.map(cell => cell.traceback + cell.stderr + cell.warnings).join('')).toBe('');
});
afterAll(() => session?.stop());

/** What a cell shows, free of errors. */
async function shown(source: string): Promise<string> {
  const cell = await session.cell(source);
  expect(cell.traceback + cell.stderr + cell.warnings).toBe('');
  return cell.shown;
}

it('clusters are registered with how far apart they are, promoted, and their service tells the cluster of a row', async () => {
  const promoted = await shown(`
await slip.register("seasons", seasons);
const service = await slip.promote("seasons", "dev");`);
  const lines = promoted.split('\n');
  const line = (title: string): string => lines.filter(each => each.includes(title)).at(-1)!;
  expect(line('Better than the baselines')).toMatch(
    /not applicable\): There are no true values to compare clusters with\. silhouette 0\.\d+ on 292 rows\./
  );
  expect(line('No input gives the target away')).toContain('has no target to test');
  expect(line('Output is not constant')).toContain('(pass): 3 different clusters over 292 rows.');
  expect(line('The real service repeats')).toContain('(pass)');
  expect(line('Inputs hold possible values')).toContain('(pass)');
  const row = await firstTestRow();
  const asked = JSON.parse(await shown(`JSON.stringify(await service.predict(${row}))`).then(unquoted)) as {
    cluster: number;
    distances: Record<string, number>;
  };
  expect(await shown('own[0]')).toBe(String(asked.cluster));
  const distances = Object.values(asked.distances);
  expect(distances).toHaveLength(3);
  expect(distances.indexOf(Math.min(...distances))).toBe(asked.cluster);
});

it('the same says an MLflow client, and an Open Inference one', async () => {
  const row = await firstTestRow();
  const answers = JSON.parse(
    await shown(`
const ask = (path, body) => fetch(service.url + path, {
  method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body)
}).then(answer => answer.json());
const row = ${row};
JSON.stringify([
  await ask("/invocations", { dataframe_records: [row] }),
  await ask("/v2/models/seasons/infer", {
    inputs: Object.entries(row).map(([name, value]) => ({ name, datatype: "FP32", shape: [1, 1], data: [value] }))
  })
])`).then(unquoted)
  ) as [{ predictions: unknown[] }, { outputs: { name: string; datatype: string; shape: number[]; data: number[] }[] }];
  const cluster = Number(await shown('own[0]'));
  expect(answers[0].predictions).toEqual([cluster]);
  expect(answers[1].outputs).toMatchObject([
    { name: 'cluster', datatype: 'INT64', shape: [1], data: [cluster] },
    { name: 'distances', datatype: 'FP32', shape: [1, 3] }
  ]);
});

it('components are promoted from their run, and their service gives a row along them', async () => {
  await shown(`
const run = await slip.run("axes", async () => { await slip.fit(slip.pca({ components: 2 }), { train, test, prep }); });
await slip.register("axes", run);
const projection = await slip.promote("axes", "dev");`);
  const row = await firstTestRow();
  const { components } = JSON.parse(await shown(`JSON.stringify(await projection.predict(${row}))`).then(unquoted)) as {
    components: Record<string, number>;
  };
  const expected = JSON.parse(await shown('JSON.stringify(along[0])').then(unquoted)) as number[];
  expect(Object.keys(components)).toEqual(['component_1', 'component_2']);
  Object.values(components).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
});

it('clusters get names from a scoring cell, which travels with them', async () => {
  await shown(`%%score
const names = ["cold", "windy", "warm"];
export function after(prediction: { cluster: number }) { return { season: names[prediction.cluster] }; }`);
  await shown('await slip.register("named", seasons); const named = await slip.promote("named", "dev");');
  expect(await shown(`(await named.predict(${await firstTestRow()})).season`)).toMatch(/^'(cold|windy|warm)'/);
  await shown('%slip score off');
});

/** The first test row as a literal. */
async function firstTestRow(): Promise<string> {
  const text = await shown(
    `JSON.stringify(Object.fromEntries((await test.values(["temp_max", "temp_min", "wind"])).map((column, i) => [["temp_max", "temp_min", "wind"][i], column[0]])))`
  );
  return unquoted(text);
}

/** The text of a result, which is shown in quotes. */
function unquoted(text: string): string {
  return text.trim().replace(/^'|'$/g, '');
}
