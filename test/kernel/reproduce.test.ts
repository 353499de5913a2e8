import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, run, startServerProcess, type ServerProcess } from '../server/slipway-process.js';
import { KernelClient } from './kernel-client.js';
import { notebookFolder, printed, traceback } from './notebook.js';
import { nodePath, ROOT } from '../harness/places.js';

/** A notebook with a seeded training, whose cells are run out of order and twice, and some for nothing. */
const CELLS: readonly [cellId: string, source: string][] = [
  ['imports', 'import * as slip from "slipway";\nimport type { Frame } from "slipway";'],
  ['noise', 'const noise = Math.random();'],
  ['hidden', 'const hidden = [4];'],
  ['hidden', 'const hidden = [8, 4];'],
  [
    'data',
    'const weather: Frame = await slip.data("weather", "npm:vega-datasets/data/seattle-weather.csv", { time: "date" });'
  ],
  ['target', 'const sky = await weather.derive("sky", "case when precipitation > 0 then \'rain\' else \'dry\' end");'],
  ['split', 'const { train, test } = await sky.split({ by: "time", test: 0.2 });'],
  ['failing', 'throw new Error("a cell that nobody needs")'],
  ['hidden', 'const hidden = [6];'],
  [
    'train',
    `const run = await slip.run("rain", async () => {
  const prep = slip.prep().standardize("temp_max", "temp_min", "wind").impute("wind");
  return slip.fit(slip.mlp({ hidden }), { prep, train, test, target: "sky", epochs: 3, seed: 7 });
});`
  ],
  ['after', 'console.log(noise);'],
  ['score', '%%score\nexport function after(prediction: object) { return { ...prediction, seen: true }; }'],
  ['register', 'const registration = await slip.register("rain", run);\nconsole.log("digest", registration.digest);']
];

let folder: string;
let server: ServerProcess;
let kernel: KernelClient;
let digest: string;
const connection = (): Record<string, string> => ({ SLIPWAY_URL: server.url, SLIPWAY_TOKEN: server.token });

beforeAll(async () => {
  folder = notebookFolder();
  server = await startServerProcess(path.join(folder, '.slipway'), ['--port', '0']);
  kernel = await KernelClient.start(folder, connection());
  for (const [cellId, source] of CELLS) {
    const cell = await kernel.execute(source, { cellId });
    if (cellId !== 'failing') {
      expect(traceback(cell)).toBe('');
    }
    if (cellId === 'register') {
      digest = digestIn(printed(cell));
    }
  }
});
afterAll(async () => {
  await kernel.kill();
  await server.end('SIGTERM');
});

const digestIn = (text: string): string => /digest ([0-9a-f]{64})/.exec(text)?.[1] ?? `no digest in ${text}`;

interface Document {
  cells: { source: string; execution_count: number; metadata: { tags?: string[] }; outputs: object[] }[];
  metadata: { slipway: Record<string, unknown>; kernelspec: { name: string } };
}

/** Writes a copy from another notebook, into a folder that has nothing else. */
async function reproduce(
  call: string
): Promise<{ file: string; sources: string[]; document: Document | null; text: string }> {
  const session = printed(await kernel.execute('console.log(slip.session().id)')).trim();
  const empty = notebookFolder();
  const other = await KernelClient.start(empty, connection());
  const cell = await other.execute(
    `import * as slip from "slipway";\nconsole.log(await slip.session(${JSON.stringify(session)}).${call});`
  );
  await other.kill();
  expect(traceback(cell)).toBe('');
  const file = printed(cell).trim();
  const text = readFileSync(file, 'utf8');
  const document = file.endsWith('.ipynb') ? (JSON.parse(text) as Document) : null;
  return { file, text, document, sources: document?.cells.map(({ source }) => source) ?? [] };
}

it('models and datasets of the server are offered where a %slip line wants one', async () => {
  for (const [code, matches] of [
    ['%slip promote ', ['rain']],
    ['%slip data we', ['weather']]
  ] as const) {
    expect(await kernel.request('complete_request', { code, cursor_pos: code.length })).toMatchObject({ matches });
  }
});

describe('a session is written again from its record', () => {
  it('as a notebook of everything that ran, in that order, with environment and data', async () => {
    const { document, sources } = await reproduce('export("all.ipynb")');
    expect(sources.slice(0, CELLS.length)).toEqual(CELLS.map(([, source]) => source));
    expect(document?.metadata.kernelspec.name).toBe('slipway');
    expect(document?.metadata.slipway).toMatchObject({
      environment: { runtime: expect.stringMatching(/^node v/) as string },
      datasets: [{ name: 'weather', version: 1, digest: expect.any(String) as string }],
      files: ['npm:vega-datasets/data/seattle-weather.csv']
    });
    expect(document?.cells[CELLS.length - 1]?.outputs).toMatchObject([
      { output_type: 'stream', name: 'stdout', text: `digest ${digest}\n` }
    ]);
    expect(document?.cells[4]?.outputs).toMatchObject([
      { output_type: 'display_data', data: { 'text/html': expect.stringContaining('weather') as string } }
    ]);
    const failing = document?.cells[7];
    expect(failing?.metadata.tags).toEqual(['raises-exception']);
    expect(failing?.outputs).toMatchObject([{ output_type: 'error', evalue: 'a cell that nobody needs' }]);
  });

  it('as a notebook of what a model depends on, which gives the same bundle', async () => {
    const { file, sources } = await reproduce('export("rain.ipynb", { only: "model:rain@1" })');
    const names = ['imports', 'data', 'target', 'split', 'train', 'score', 'register'];
    expect(sources).toEqual([
      ...CELLS.filter(([id]) => names.slice(0, 4).includes(id)).map(([, source]) => source),
      'const hidden = [6];',
      ...CELLS.filter(([id]) => names.slice(4).includes(id)).map(([, source]) => source)
    ]);
    const again = await KernelClient.start(path.dirname(file), connection());
    let text = '';
    for (const source of sources) {
      text += printed(await again.execute(source));
    }
    await again.kill();
    expect(digestIn(text)).toBe(digest);
  });

  it('as a script, which gives the same bundle under plain Node', async () => {
    const { file, text } = await reproduce('script("rain.ts", { only: "model:rain@1" })');
    expect(text).not.toContain('noise');
    mkdirSync(path.join(path.dirname(file), 'node_modules'));
    symlinkSync(path.join(ROOT, 'kernel-lib'), path.join(path.dirname(file), 'node_modules', 'slipway'));
    const ended = await run(nodePath(), [file], { cwd: path.dirname(file), env: connection() });
    expect(ended.stderr).not.toContain('Error');
    expect(digestIn(ended.stdout)).toBe(digest);
    expect(ended.code).toBe(0);
    const { runs } = (await call(server, 'GET', '/api/v1/runs')) as { runs: { source: string; status: string }[] };
    expect(runs.find(({ source }) => source === 'rain.ts')).toMatchObject({ status: 'FINISHED' });
  });

  it('and says what is wrong with a request that it cannot fulfil', async () => {
    for (const [call, message] of [
      ['session("00000000-nobody").export()', 'The server has no notebook session "00000000-nobody".'],
      ['session().export("x.ipynb", { only: "rain" })', 'Its form is "run:<id>" or "model:<name>@<version>".'],
      ['session().export("x.ipynb", { only: "run:0123456789abcdef" })', 'made "run:0123456789abcdef"']
    ] as const) {
      expect(traceback(await kernel.execute(`await slip.${call}`))).toContain(message);
    }
  });
});
