import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isProcessAlive } from '../../platform/processes.js';
import { SupervisedProcess } from './supervised-process.js';

describe('a supervised process', () => {
  let folder: string;
  let restarts: { reason: string; delay: number }[];
  let running: SupervisedProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'slipway-supervised-'));
    restarts = [];
  });
  afterEach(async () => {
    await running?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (script: string): SupervisedProcess => {
    running = new SupervisedProcess(
      {
        name: 'test',
        command: process.execPath,
        args: ['-e', script],
        env: process.env,
        cwd: folder,
        logFile: path.join(folder, 'logs', 'test.log')
      },
      { onRestart: (_name, reason, delay) => restarts.push({ reason, delay }) }
    );
    running.start();
    return running;
  };
  const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await condition())) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  };
  const log = (): Promise<string> => readFile(path.join(folder, 'logs', 'test.log'), 'utf8').catch(() => '');

  it('is started again, each time after a longer pause, and its output is kept', async () => {
    start('console.log("here"); process.exit(3)');
    await until(() => restarts.length >= 3);
    expect(restarts.slice(0, 3)).toEqual([
      { reason: 'exit code 3', delay: 250 },
      { reason: 'exit code 3', delay: 500 },
      { reason: 'exit code 3', delay: 1000 }
    ]);
    expect((await log()).match(/here/g)!.length).toBeGreaterThanOrEqual(3);
  });

  it('is started again after a kill', async () => {
    const child = start('setInterval(() => {}, 1000)');
    const first = child.pid!;
    process.kill(first, 'SIGKILL');
    await until(() => child.pid !== first);
    expect(restarts).toEqual([{ reason: 'signal SIGKILL', delay: 250 }]);
    expect(isProcessAlive(child.pid!)).toBe(true);
  });

  it('ends with everything that it started, and stays ended', async () => {
    const child = start(
      'const { spawn } = require("node:child_process");' +
        'const inner = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);' +
        'console.log("inner " + inner.pid); setInterval(() => {}, 1000)'
    );
    await until(async () => /inner \d+/.test(await log()));
    const inner = Number(/inner (\d+)/.exec(await log())![1]);
    const outer = child.pid!;
    await child.stop();
    await until(() => !isProcessAlive(inner));
    expect(isProcessAlive(outer)).toBe(false);
    expect(restarts).toEqual([]);
  });

  it('says that a program cannot be started, and goes on trying', async () => {
    running = new SupervisedProcess(
      {
        name: 'test',
        command: path.join(folder, 'nothing'),
        args: [],
        env: {},
        cwd: folder,
        logFile: path.join(folder, 'log')
      },
      { onRestart: (_name, reason, delay) => restarts.push({ reason, delay }) }
    );
    running.start();
    await until(() => restarts.length >= 2);
    expect(restarts[0]!.reason).toContain('ENOENT');
  });
});
