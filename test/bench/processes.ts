import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..', '..');

/** A process of ours under measurement. */
export interface Started {
  readonly url: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** A metadata server on a fresh data folder. */
export async function startServer(): Promise<Started> {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  const program = path.join(ROOT, 'server', 'bin', 'slipway.mjs');
  const child = spawn(process.execPath, [program, 'server', '--data', folder, '--port', '0'], { stdio: 'ignore' });
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      const { url, token_file } = JSON.parse(readFileSync(path.join(folder, 'server.json'), 'utf8')) as {
        url: string;
        token_file: string;
      };
      if ((await fetch(`${url}/health`)).ok) {
        return { url, token: readFileSync(token_file, 'utf8').trim(), stop: () => end(child, folder) };
      }
    } catch {
      if (Date.now() > deadline) {
        throw new Error('The metadata server did not start.');
      }
    }
    await new Promise(resolve => setTimeout(resolve, 30));
  }
}

/** A service process on a data folder that holds its release; its URL is the first line that it prints. */
export function startService(folder: string, service: string): Promise<Started> {
  const program = path.join(ROOT, 'server', 'serving', 'lib', 'main.js');
  const child = spawn(process.execPath, [program, '--data', folder, '--service', service], {
    stdio: ['ignore', 'pipe', 'inherit']
  });
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => {
      const { url } = JSON.parse(line.toString()) as { url: string };
      resolve({ url, token: '', stop: () => end(child, folder) });
    });
    child.once('exit', code => reject(new Error(`The service ended with code ${code}.`)));
  });
}

async function end(child: ReturnType<typeof spawn>, folder: string): Promise<void> {
  const gone = new Promise(resolve => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
  rmSync(folder, { recursive: true, force: true });
}
