import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';

const START_MS = 120_000;

export interface ReferenceServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts MLflow's own server on a fresh database, with the Python that has it. */
export async function startReferenceServer(folder: string): Promise<ReferenceServer> {
  const python = process.env['SLIPWAY_MLFLOW_PYTHON'];
  if (python === undefined) {
    throw new Error('SLIPWAY_MLFLOW_PYTHON names no Python with mlflow; `npm run test:long` sees to that.');
  }
  const port = await freePort();
  const server = spawn(
    python,
    ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1']
      .concat(['--backend-store-uri', `sqlite:///${path.join(folder, 'mlflow.db')}`])
      .concat(['--artifacts-destination', path.join(folder, 'artifacts')]),
    { cwd: folder, stdio: 'ignore', detached: true }
  );
  const ended = new Promise<void>(resolve => server.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (server.exitCode === null && server.pid !== undefined) {
      // Its worker is a process of its own, in its group.
      process.kill(-server.pid, 'SIGTERM');
    }
    await ended;
  };
  const deadline = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error('The mlflow server did not start.');
    }
    await new Promise(resolve => setTimeout(resolve, 250));
  }
  return { url, stop };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
