import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Dealer } from 'zeromq';
import { encode } from '../../kernel-lib/dist/kernel/protocol/wire.js';
import { median, type Measurement } from './measurement.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const ROUNDS = 5;
const CHANNELS = ['shell_port', 'iopub_port', 'stdin_port', 'control_port', 'hb_port'] as const;

/** Program and arguments that start a kernel on a connection file. */
type Command = (connectionFile: string) => string[];

const slipway: Command = file => [
  '--no-force-async-hooks-checks',
  path.join(ROOT, 'kernel-lib', 'dist', 'kernel', 'main.js'),
  file
];
const tslab: Command = file => {
  const package_ = createRequire(import.meta.url).resolve('tslab/package.json');
  return [path.join(path.dirname(package_), 'bin', 'tslab'), 'kernel', `--config-path=${file}`];
};

/** Milliseconds from starting the kernel's process to its first `kernel_info_reply`; plain tslab is the baseline. */
export async function kernelStart(): Promise<Measurement> {
  // Once each without counting: the first start of a kernel on a machine fills caches.
  await startToReady(slipway);
  await startToReady(tslab);
  const ours: number[] = [];
  const plain: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await startToReady(slipway));
    plain.push(await startToReady(tslab));
  }
  return {
    name: 'kernel start to ready',
    unit: 'ms',
    value: median(ours),
    baseline: median(plain),
    baselineName: 'plain tslab 1.0.22'
  };
}

async function startToReady(command: Command): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  const key = randomUUID();
  const ports = await freePorts(CHANNELS.length);
  const channels = Object.fromEntries(CHANNELS.map((name, i) => [name, ports[i]]));
  const file = path.join(folder, 'connection.json');
  const address = { transport: 'tcp', ip: '127.0.0.1', signature_scheme: 'hmac-sha256', kernel_name: '' };
  writeFileSync(file, JSON.stringify({ ...address, key, ...channels }));

  const start = performance.now();
  const kernel = spawn(process.execPath, command(file), { cwd: folder, stdio: 'ignore' });
  // Connects again this often while nobody listens; the default adds up to 100 ms of chance.
  const shell = new Dealer({ reconnectInterval: 5, linger: 0 });
  shell.connect(`tcp://127.0.0.1:${channels['shell_port']}`);
  await shell.send(kernelInfoRequest(key));
  await shell.receive();
  const elapsed = performance.now() - start;

  shell.close();
  const gone = once(kernel, 'exit');
  kernel.kill('SIGKILL');
  await gone;
  rmSync(folder, { recursive: true, force: true });
  return elapsed;
}

function kernelInfoRequest(key: string): (string | Uint8Array)[] {
  const date = new Date().toISOString();
  const ids = { msg_id: randomUUID(), session: randomUUID(), username: 'bench' };
  const header = { ...ids, date, msg_type: 'kernel_info_request', version: '5.3' };
  return encode({ identities: [], header, parent: {}, metadata: {}, content: {} }, key);
}

/** Ports that nobody listens on at this moment. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map(server => once(server, 'listening')));
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}
