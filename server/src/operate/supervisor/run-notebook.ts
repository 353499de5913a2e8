import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { BUNDLE_FILES, TestVectors, routes, type CellExecution, type Service } from '@slipway/contract';
import type { z } from 'zod';
import { DataFolder } from '../../platform/data-folder.js';
import { pythonProgram } from './lab.js';
import type { Product, ServerAddress } from './product.js';

/** Exit code of a program that was interrupted. */
const INTERRUPTED = 130;

/**
 * Executes a notebook in our kernel without JupyterLab, then asks the service that it promoted for one prediction over
 * HTTP, and says both. @returns 0, or 1 after saying which cell failed and why.
 *
 * @param running whether a supervisor already keeps this data folder; its server is used then.
 * @param interrupted resolves when the user wants to stop.
 */
export async function runNotebook(
  product: Product,
  notebook: string,
  running: boolean,
  interrupted: Promise<void>
): Promise<number> {
  try {
    const server = running ? await runningServer(product) : await product.startServer();
    const started = Date.now();
    const stop = new AbortController();
    void interrupted.then(() => stop.abort());
    const outcome = await execute(product, server, notebook, stop.signal);
    if (stop.signal.aborted) {
      return INTERRUPTED;
    }
    if (outcome.code !== 0) {
      console.error(await failureOf(server, started, outcome.lastWords, product));
      return 1;
    }
    console.log(`${path.basename(notebook)} executed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return await showPrediction(server, started);
  } finally {
    await product.stop();
  }
}

async function runningServer(product: Product): Promise<ServerAddress> {
  const folder = DataFolder.at(product.options.dataFolder);
  const file = await folder.runningServer();
  if (!file) {
    return product.startServer();
  }
  return { url: file.url, port: Number(new URL(file.url).port), token: await folder.token() };
}

/** How the execution ended, with the end of what the converter printed. */
interface Outcome {
  readonly code: number;
  readonly lastWords: string;
}

async function execute(
  product: Product,
  server: ServerAddress,
  notebook: string,
  signal: AbortSignal
): Promise<Outcome> {
  const { python, dataFolder } = product.options;
  const output = path.join(dataFolder, 'executed');
  await mkdir(output, { recursive: true });
  const child = spawn(
    pythonProgram(python, 'python'),
    [
      '-m',
      'nbconvert',
      '--to',
      'notebook',
      '--execute',
      '--output-dir',
      output,
      '--ExecutePreprocessor.timeout=600',
      notebook
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        SLIPWAY_DATA: dataFolder,
        SLIPWAY_URL: server.url,
        SLIPWAY_TOKEN: server.token,
        MLFLOW_TRACKING_URI: server.url,
        MLFLOW_TRACKING_TOKEN: server.token
      }
    }
  );
  let lastWords = '';
  child.stderr.on('data', (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-4000)));
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => resolve({ code: code ?? 1, lastWords }));
  });
}

/** Which cell failed, in the words of the record; the converter's own last words when the record has none. */
async function failureOf(server: ServerAddress, since: number, lastWords: string, product: Product): Promise<string> {
  const { sessions } = await get(server, '/api/v1/sessions?limit=5', routes.listSessions.answer);
  for (const session of sessions.filter(s => s.started_at >= since - 1000)) {
    const { cells } = await get(server, `/api/v1/sessions/${session.session_id}/cells`, routes.listSessionCells.answer);
    const failed = cells.find(cell => cell.status === 'error' || cell.status === 'interrupted');
    if (failed) {
      return describeFailure(failed);
    }
  }
  const log = path.join(product.options.dataFolder, 'logs', 'server.out.log');
  return `The notebook could not be executed.\n${lastWords.trim()}\nThe metadata server's log: ${log}`;
}

function describeFailure(cell: CellExecution): string {
  const error = cell.error ? `${cell.error.name}: ${cell.error.message}` : cell.status;
  const source = cell.source
    .trimEnd()
    .split('\n')
    .map(line => `    ${line}`)
    .join('\n');
  return `Cell ${cell.order} failed.\n\n${source}\n\n${error}`;
}

async function showPrediction(server: ServerAddress, since: number): Promise<number> {
  const { services } = await get(server, '/api/v1/services', routes.listServices.answer);
  const newest = services
    .filter(service => service.state === 'running' && service.release.released_at >= since - 1000)
    .sort((a, b) => b.release.released_at - a.release.released_at)[0];
  if (!newest) {
    console.error('The notebook ran to its end, but promoted no service.');
    return 1;
  }
  const row = await exampleRow(server, newest);
  const response = await fetch(`${newest.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(row)
  });
  const answer = await response.text();
  console.log(`Service            ${newest.url}`);
  console.log(`POST /predict      ${JSON.stringify(row)}`);
  console.log(`${String(response.status).padEnd(18)} ${answer}`);
  return response.ok ? 0 : 1;
}

/** The first recorded test row of the bundle that the service runs. */
async function exampleRow(server: ServerAddress, service: Service): Promise<Record<string, unknown>> {
  const digest = service.release.revisions[0]!.bundle_digest;
  const { files } = await get(server, `/api/v1/bundles/${digest}`, routes.getBundle.answer);
  const file = files.find(f => f.path === BUNDLE_FILES.testVectors)!;
  const vectors = await get(server, `/api/v1/blobs/${file.sha256}`, TestVectors);
  return Object.fromEntries(Object.entries(vectors.inputs).map(([name, values]) => [name, values[0]]));
}

async function get<S extends z.ZodType>(server: ServerAddress, route: string, schema: S): Promise<z.output<S>> {
  const response = await fetch(server.url + route, { headers: { authorization: `Bearer ${server.token}` } });
  if (!response.ok) {
    throw new Error(`${route} answered ${response.status}: ${await response.text()}`);
  }
  return schema.parse(await response.json());
}
