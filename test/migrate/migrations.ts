import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, slipway, startServerProcess, type Ended } from '../server/slipway-process.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));

async function python(
  interpreter: string,
  script: string,
  folder: string,
  uri: string,
  env: NodeJS.ProcessEnv = {}
): Promise<unknown> {
  const ended = await run(interpreter, [path.join(HERE, script), uri], {
    cwd: folder,
    env: { PYTHONWARNINGS: 'ignore', GIT_PYTHON_REFRESH: 'quiet', ...env }
  });
  if (ended.code !== 0) {
    throw new Error(`${script} ended with code ${ended.code}: ${ended.stderr.slice(-3000)}`);
  }
  return JSON.parse(ended.stdout.trim().split('\n').at(-1) ?? '');
}

/** Lets real MLflow fill a store of its own. @param interpreter a Python that has it. */
export async function writeStore(interpreter: string, folder: string, uri: string): Promise<void> {
  await python(interpreter, 'write_store.py', folder, uri);
}

/** All that the stock client can say of a store of MLflow's. */
export function describeStore(interpreter: string, folder: string, uri: string): Promise<unknown> {
  return python(interpreter, 'describe_store.py', folder, uri);
}

/** The same of our server on a data folder. @param env as the server is started with. */
export async function describeServer(
  interpreter: string,
  folder: string,
  data: string,
  env: NodeJS.ProcessEnv
): Promise<unknown> {
  const server = await startServerProcess(data, ['--port', '0'], env);
  try {
    return await python(interpreter, 'describe_store.py', folder, server.url, { MLFLOW_TRACKING_TOKEN: server.token });
  } finally {
    await server.end('SIGTERM');
  }
}

/** Where `slipway mlflow import` imports to: the database that the environment names, else the data folder. */
export function migrate(from: string, data: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  return slipway(['mlflow', 'import', '--from', from, ...toOptions(data, env)], env);
}

/** Copies a data folder of ours to where the environment says, with `slipway db copy`. */
export function copyDatabase(from: string, data: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  return slipway(['db', 'copy', '--from', from, ...toOptions(data, env)], env);
}

/** Begins it, and kills it after a while. */
export async function migrateAndKill(
  from: string,
  data: string,
  env: NodeJS.ProcessEnv,
  afterMs: number
): Promise<void> {
  const program = path.join(ROOT, 'server', 'bin', 'slipway.mjs');
  const child = spawn(process.execPath, [program, 'mlflow', 'import', '--from', from, ...toOptions(data, env)], {
    stdio: 'ignore',
    env: { ...process.env, ...env }
  });
  const gone = new Promise(resolve => child.once('exit', resolve));
  setTimeout(() => child.kill('SIGKILL'), afterMs);
  await gone;
}

function toOptions(data: string, env: NodeJS.ProcessEnv): string[] {
  return (env['DATABASE_URL'] ?? '') === '' ? ['--to', data] : ['--to', 'postgresql:', '--data', data];
}
