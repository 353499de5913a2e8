import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { freshFolder, PROGRAM, runToEnd } from './slipway.js';

it('slipway doctor names what is there and what is missing, and what to do', async () => {
  const folder = await freshFolder();
  const { code, output } = await runToEnd([PROGRAM, 'doctor', '--data', path.join(folder, '.slipway')]);
  expect(output).toMatch(/✓ JupyterLab\s+JupyterLab 4\.6\.\d+ on Python 3\.\d+/);
  expect(output).toMatch(/✓ kernel\s+\S/);
  expect(output).toMatch(/✗ metadata server\s+none runs on .*; start it with npm start or slipway server/);
  expect(output).toMatch(/✓ training\s+wasm: ONNX Runtime and WebAssembly on the CPU/);
  expect(output).toMatch(/not used\s+tensorflow-cuda: this machine has no NVIDIA GPU/);
  expect(code).toBe(1);
  await rm(folder, { recursive: true, force: true });
});
