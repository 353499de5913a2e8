import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { beforeAll, describe, it } from 'vitest';
import { learnOn, type Learned } from './learn.ts';
import { cases } from './networks.ts';
import { expectParity } from './parity.ts';

const FOLDER = path.resolve(import.meta.dirname, '..', '..', '.cache', 'webgpu');
const PACKAGES = ['webgpu@0.6.2', '@tensorflow/tfjs-backend-webgpu@4.22.0'];
/** Chromium's software adapter, with its loader: it is exact and slow. */
const ADAPTER = path.join(FOLDER, 'vk_swiftshader_icd.json');

/** One of each kind: on this adapter a convolution takes seconds. */
const NAMES = [
  'dense layers',
  'an L2 penalty',
  'embedding',
  'convolution in one dimension',
  'convolution with batch normalization',
  'transposed convolution and upsampling',
  'LSTM'
];

describe('WebGPU, on an adapter that computes on the processor, learns what plain JavaScript learns', () => {
  beforeAll(() => {
    ensurePackages();
    ensureAdapter();
  }, 600_000);

  it.each(NAMES)('%s', async name => {
    expectParity(learnOnWebGpu(name), await learnOn('cpu', cases[name]!));
  });
});

/** In a process of its own for each: Dawn does not survive many networks on this adapter. */
function learnOnWebGpu(name: string): Learned {
  const child = path.join(import.meta.dirname, 'webgpu-child.ts');
  const output = execFileSync(process.execPath, [child, name], {
    cwd: FOLDER,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, VK_DRIVER_FILES: ADAPTER, VK_ICD_FILENAMES: ADAPTER, LD_LIBRARY_PATH: FOLDER }
  });
  const { gradients, losses } = JSON.parse(output.trim().split('\n').at(-1)!) as {
    gradients: number[][];
    losses: number[];
  };
  return { gradients: gradients.map(each => Float32Array.from(each)), losses };
}

function ensurePackages(): void {
  if (existsSync(path.join(FOLDER, 'node_modules', 'webgpu', 'package.json'))) {
    return;
  }
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path.join(FOLDER, 'package.json'), '{ "private": true, "type": "module" }\n');
  const beside = path.resolve(path.dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const npm = existsSync(beside) ? [process.execPath, beside] : ['npm'];
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps', ...PACKAGES];
  execFileSync(npm[0]!, [...npm.slice(1), ...install], { cwd: FOLDER, stdio: 'inherit' });
}

function ensureAdapter(): void {
  if (existsSync(ADAPTER)) {
    return;
  }
  const chromium = path.resolve(import.meta.dirname, '..', '..', 'node_modules', '@sparticuz', 'chromium');
  const archive = path.join(FOLDER, 'swiftshader.tar');
  writeFileSync(archive, brotliDecompressSync(readFileSync(path.join(chromium, 'bin', 'swiftshader.tar.br'))));
  execFileSync('tar', ['-xf', archive, '-C', FOLDER]);
}
