import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelClient } from './kernel-client.js';
import { notebookFolder, printed, result, spooled, cellsOf, traceback } from './notebook.js';

describe('what a child process writes to inherited streams appears in the cell', () => {
  let kernel: KernelClient;
  beforeAll(async () => {
    kernel = await KernelClient.start(notebookFolder());
    await kernel.execute(
      'import { execFileSync, execSync, fork, spawn, spawnSync } from "node:child_process"; import { once } from "node:events"'
    );
  });
  afterAll(() => kernel.shutdown());

  it.each([
    ['spawn', 'await once(spawn("echo", ["ü"], { stdio: "inherit" }), "close")'],
    [
      'spawn with one stream inherited',
      'await once(spawn("echo", ["ü"], { stdio: ["ignore", "inherit", "pipe"] }), "close")'
    ],
    ['spawn in a shell', 'await once(spawn("echo ü", { stdio: "inherit", shell: true }), "close")'],
    ['spawnSync', 'spawnSync("echo", ["ü"], { stdio: "inherit" }).stdout === null || console.log("kept")'],
    ['execSync', 'execSync("echo ü", { stdio: "inherit" }) === null || console.log("kept")'],
    ['execFileSync', 'execFileSync("echo", ["ü"], { stdio: [0, 1, 2] }) === null || console.log("kept")']
  ])('of %s', async (_, code) => {
    const cell = await kernel.execute(code);
    expect(traceback(cell)).toBe('');
    await expect.poll(() => printed(cell)).toBe('ü\n');
  });

  it('of a failing command, which still fails', async () => {
    const cell = await kernel.execute('execSync("echo out; echo why >&2; exit 3", { stdio: "inherit" })');
    expect(printed(cell)).toBe('out\n');
    expect(printed(cell, 'stderr')).toBe('why\n');
    expect(traceback(cell)).toContain('Error: Command failed: echo out');
  });

  it('and what is read by the cell itself is left alone', async () => {
    expect(result(await kernel.execute('execSync("echo mine").toString()'))).toBe("'mine\\n'");
    expect(printed(await kernel.execute('spawnSync("echo", ["mine"])'))).toBe('');
  });
});

describe('child processes end with the kernel', () => {
  const isAlive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };

  it.each([
    ['is shut down', (kernel: KernelClient) => kernel.shutdown()],
    ['is killed', (kernel: KernelClient) => kernel.kill()]
  ])('when it %s, with what they have started themselves', async (_, end) => {
    const kernel = await KernelClient.start(notebookFolder());
    const cell = await kernel.execute(
      'import { spawn } from "node:child_process";\n' +
        'const child = spawn("sh", ["-c", "sleep 1000 & echo $!; wait"]);\n' +
        'const grandchild = await new Promise<string>(resolve => child.stdout.once("data", data => resolve(String(data))));\n' +
        'const kept = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" }); kept.unref();\n' +
        '[child.pid, Number(grandchild), kept.pid].join()'
    );
    expect(traceback(cell)).toBe('');
    const [child = 0, grandchild = 0, kept = 0] = String(result(cell)).replaceAll("'", '').split(',').map(Number);
    expect([child, grandchild, kept].map(isAlive)).toEqual([true, true, true]);
    await end(kernel);
    await expect.poll(() => [child, grandchild].map(isAlive), { timeout: 60_000 }).toEqual([false, false]);
    expect(isAlive(kept)).toBe(true);
    process.kill(kept);
  });
});

describe('process.exit', () => {
  it.each([
    ['in a cell', 'console.log("before"); process.exit(3); console.log("after")'],
    ['that the cell catches', 'console.log("before"); try { process.exit(3); } catch {} await new Promise(() => {})'],
    ['in a timer', 'console.log("before"); setTimeout(() => process.exit(3), 1); await new Promise(() => {})']
  ])('%s ends the kernel with that code and a sentence', async (_, code) => {
    const folder = notebookFolder();
    const kernel = await KernelClient.start(folder);
    const cell = kernel.submit(code);
    await kernel.ended();
    expect(kernel.process.exitCode).toBe(3);
    await expect
      .poll(() => printed(cell, 'stderr'))
      .toContain('process.exit(3) ended this kernel, and all variables with it.');
    expect(printed(cell)).toBe('before\n');
    const [records = []] = spooled(folder);
    expect(cellsOf(records)).toMatchObject([{ order: 1, finished: {} }]);
    kernel.close();
  });
});
