import { RunDetail } from '@slipway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { NotebookSession, type ShownCell } from './notebook-session.js';

const BEGIN = `
import * as slip from "slipway";
const weather = await slip.data("weather", "npm:vega-datasets/data/seattle-weather.csv", { time: "date" });
const wet = await weather.derive("wet", "case when precipitation > 0 then 'wet' else 'dry' end");
const { train, test } = await wet.split({ by: "time", test: 0.2 });
const prep = slip.prep().standardize("temp_max", "temp_min", "wind");
const rows = [{ temp_max: 11.2, temp_min: 4.1, wind: 3.3 }, { temp_max: 25, temp_min: 14, wind: 1.2 }];
const rest = { train, test, target: "wet", patience: 99, smallBatch: "skip" as const };
const common = { ...rest, prep };
const network = slip.mlp({ hidden: [8], dropout: 0.2 });`;

const Said = z.object({
  network: z.string(),
  name: z.string(),
  trees: z.string(),
  twin: z.string(),
  clusters: z.string(),
  empty: z.string(),
  whole: z.string(),
  wet: z.unknown(),
  forest: z.unknown()
});

let session: NotebookSession;
/** What the first kernel said: ids of its runs, and its own predictions. */
let said: z.infer<typeof Said>;
beforeAll(async () => {
  session = await NotebookSession.start();
  await ok(BEGIN);
  const shown = await value(`await (async () => {
  const trained = await slip.run("rain", () => slip.fit(network, { ...common, epochs: 4 }));
  const trees = await slip.fit(slip.gradientBoosting({ trees: 20 }), common);
  const twin = await slip.fit(slip.gradientBoosting({ trees: 20 }), common);
  const clusters = await slip.fit(slip.kMeans({ k: 2 }), { train, prep });
  const empty = await slip.run("rain", run => run.logMetric("nothing", 1));
  const whole = await slip.fit(network, { ...common, epochs: 7 });
  return {
    network: trained.id, name: trained.name, trees: trees.runId, twin: twin.runId, clusters: clusters.parts.runId,
    empty: empty.id, whole: whole.runId, wet: await trained.result.predict(rows), forest: await trees.predict(rows[0]!)
  };
})()`);
  said = Said.parse(shown);
  await session.nextKernel();
  await ok(BEGIN);
  await ok(`const stored = await slip.model("run:${said.network}");`);
});
afterAll(() => session?.stop());

async function ok(source: string): Promise<ShownCell> {
  const cell = await session.cell(source);
  expect(cell.traceback + cell.warnings + cell.stderr).toBe('');
  return cell;
}

/** The value of an expression, as JSON. */
async function value(expression: string): Promise<unknown> {
  const { stdout } = await ok(`console.log(JSON.stringify(${expression}))`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

async function refusal(source: string): Promise<string> {
  return (await session.cell(source)).traceback;
}

async function artifactsOf(run: string): Promise<Map<string, string>> {
  const { artifacts } = RunDetail.parse(await session.get(`/api/v1/runs/${run}`));
  return new Map(artifacts.map(({ path, sha256 }) => [path, sha256]));
}

async function lossesOf(run: string): Promise<Map<number, number>> {
  const { series } = z
    .object({
      series: z.array(z.object({ key: z.string(), points: z.array(z.object({ step: z.number(), value: z.number() })) }))
    })
    .parse(await session.get(`/api/v1/runs/${run}/metrics`));
  const points = series.find(({ key }) => key === 'loss')?.points ?? [];
  return new Map(points.map(({ step, value: loss }) => [step, loss]));
}

describe('a model whose kernel has ended', () => {
  it('is among the artifacts of its run, a network with its checkpoint', async () => {
    const files = [...(await artifactsOf(said.network)).keys()].filter(path => !path.endsWith('.html'));
    expect(files.sort()).toEqual([
      'checkpoint/network.safetensors',
      'model/README.md',
      'model/environment.json',
      'model/evaluation.json',
      'model/model-tests.json',
      'model/model.onnx',
      'model/signature.json',
      'model/test-vectors.json'
    ]);
    expect([...(await artifactsOf(said.clusters)).keys()]).toContain('model/model.onnx');
  });

  it('predicts the same numbers in another kernel', async () => {
    expect(await value('await stored.predict(rows)')).toEqual(said.wet);
    expect(await value(`await (await slip.model("run:${said.trees}")).predict(rows[0]!)`)).toEqual(said.forest);
    expect(await value(`await (await slip.model("run:${said.clusters}")).predict(rows[0]!)`)).toHaveProperty('cluster');
    const described = 'target: stored.target, labels: stored.labels, accuracy: stored.metrics.accuracy! > 0.5';
    expect(await value(`({ ${described} })`)).toEqual({ target: 'wet', labels: ['dry', 'wet'], accuracy: true });
    expect((await ok('stored')).shown).toContain('its training can go on');
    expect(await refusal('await stored.predict({ temp_max: 11.2, wind: 3.3 })')).toContain(
      'The model for wet cannot take these rows: rows[0].temp_min: the input "temp_min" is missing.'
    );
  });

  it('takes the place of what an equal training stored, once', async () => {
    const [one, other] = [await artifactsOf(said.trees), await artifactsOf(said.twin)];
    expect(other).toEqual(one);
  });
});

describe('a network whose kernel has ended', () => {
  it('goes on training with the history that it would have had without a break', async () => {
    const more = String(await value('(await slip.fit(stored, { ...rest, epochs: 7 })).runId'));
    const [whole, continued] = [await lossesOf(said.whole), await lossesOf(more)];
    expect([...continued.keys()]).toEqual([4, 5, 6]);
    for (const [step, loss] of continued) {
      expect(loss).toBeCloseTo(whole.get(step)!, 6);
    }
    const resumed = await value('(await slip.fit(network, { ...common, epochs: 7, resume: stored })).metrics.log_loss');
    expect(resumed).toBeCloseTo(Number(await value(`(await slip.model("run:${said.whole}")).metrics.log_loss`)), 5);
  });

  it('refuses what would be another training, and says what to do', async () => {
    expect(await refusal('await slip.fit(stored, { ...rest, epochs: 4 })')).toContain(
      'was trained for 4 epochs already.'
    );
    const others = 'train: test, test: train, target: "wet"';
    const other = await refusal(`await slip.fit(stored, { ${others}, epochs: 9 })`);
    expect(other).toContain(`The checkpoint of run:${said.network} is of a training on other rows`);
    const warm = `await slip.fit(await stored.network(), { prep, ${others}, epochs: 1, smallBatch: "skip" })`;
    expect(await value(`(${warm}).target`)).toBe('wet');
    const trees = await refusal(`await slip.fit(await slip.model("run:${said.trees}"), { ...rest, epochs: 9 })`);
    expect(trees).toContain('has no checkpoint');
  });
});

describe('registering a model whose kernel has ended', () => {
  it('makes a version that is promoted, and answers as the model did', async () => {
    await ok('await slip.register("rain", stored)');
    const service = 'await (await slip.promote("rain", "dev")).predict(rows)';
    expect(await value(service)).toEqual(said.wet);
    const version = await session.get('/api/v1/models/rain/versions/1');
    expect(version).toMatchObject({ run_id: said.network, run_name: said.name });
    expect(await value('(await slip.model("rain@1")).isResumable')).toBe(true);
  });

  it('is the same version as from its own kernel', async () => {
    // Behaviors that are asked for after the training are stored, too.
    await ok(`
const tree = await slip.fit(slip.decisionTree(), common);
await slip.testBehavior(tree, { sure: { rows, vary: "wind", to: [3.3] } });
await slip.register("tree", tree);`);
    await ok('await slip.register("tree", await slip.model(`run:${tree.runId}`))');
    await expect(session.get('/api/v1/models/tree/versions/2')).rejects.toThrow('404');
  });

  it('takes a scoring module along', async () => {
    await ok('%%score\nexport function after(prediction) { return { umbrella: prediction.label === "wet" }; }');
    await ok('await slip.register("umbrella", stored); const service = await slip.promote("umbrella", "dev");');
    expect(await value('await service.predict(rows[1]!)')).toHaveProperty('umbrella');
    await ok('%slip score off');
  });
});

describe('the name of a model', () => {
  it('may be an alias or a stage, and without either is the newest version', async () => {
    await session.post('/api/2.0/mlflow/registered-models/alias', { name: 'rain', alias: 'champion', version: '1' });
    await ok('await slip.register("rain", await slip.model("rain@champion"), { description: "again" })');
    await ok(`await slip.register("rain", await slip.model("run:${said.trees}"))`);
    const stage = { name: 'rain', version: '1', stage: 'Staging', archive_existing_versions: false };
    await session.post('/api/2.0/mlflow/model-versions/transition-stage', stage);
    for (const [name, reference] of [
      ['rain@champion', 'rain@1'],
      ['rain@staging', 'rain@1'],
      ['rain', 'rain@2']
    ]) {
      expect(await value(`(await slip.model("${name}")).reference`)).toBe(reference);
    }
  });

  it('that is not there is an error with those that are', async () => {
    expect(await refusal('await slip.model("rian@1")')).toMatch(
      /There is no registered model named "rian".\s+Did you mean "rain"/
    );
    expect(await refusal('await slip.model("rain@7")')).toMatch(/The model "rain" has no version "7".\s+.*"1"/);
    expect(await refusal('await slip.model("rain@champoin")')).toContain('Did you mean "champion"?');
    expect(await refusal(`await slip.model("run:${said.name}")`)).toContain(`Did you mean "run:${said.network}"`);
    expect(await refusal(`await slip.model("run:${said.network.slice(0, 8)}")`)).toContain(`"run:${said.network}"`);
    expect(await refusal(`await slip.model("run:${'f'.repeat(32)}")`)).toContain('There is no run with the id');
    expect(await refusal(`await slip.model("run:${said.empty}")`)).toContain('has no stored model.');
    expect(await refusal('await slip.model("rain@")')).toContain('names no model.');
  });

  it('of a deleted run says that it can be restored', async () => {
    await session.post('/api/2.0/mlflow/runs/delete', { run_id: said.twin });
    expect(await refusal(`await slip.model("run:${said.twin}")`)).toMatch(
      /is deleted.\s+Restore it in the Runs sidebar/
    );
  });
});
