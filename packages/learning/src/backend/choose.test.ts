import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensorflow } from './load-tfjs.js';
import { backendParams, backends, chooseBackend, type BackendName } from './choose.js';
import { addonSourceHash, findInstallation, installationFile, tensorflowFolder } from './tensorflow-folder.js';

describe('the choice of a backend', async () => {
  process.env['SLIPWAY_TENSORFLOW'] = mkdtempSync(path.join(tmpdir(), 'slipway-no-tensorflow-'));
  const tf = await tensorflow();

  it('is the best that works, with a reason for each better one', async () => {
    const { backend, device, refused } = await chooseBackend(tf);
    expect(backends().slice(0, backends().indexOf(backend as BackendName))).toEqual(refused.map(r => r.backend));
    expect(refused.every(({ reason }) => reason.length > 10)).toBe(true);
    expect({ backend, device }).toEqual({ backend: 'wasm', device: 'ONNX Runtime and WebAssembly on the CPU' });
    expect(tf.getBackend()).toBe('wasm');
    expect(backendParams({ backend, refused })['backends_refused']).toContain('tensorflow-cuda: this machine has no');
  });

  it('is never another than the one that was asked for', async () => {
    await expect(chooseBackend(tf, 'tensorflow-cpu')).rejects.toThrow(
      'The backend tensorflow-cpu was asked for and cannot be used: TensorFlow is not installed; run slipway doctor --install.'
    );
    await expect(chooseBackend(tf, 'cuda')).rejects.toThrow('"cuda" is not a backend.');
    expect((await chooseBackend(tf, 'cpu')).backend).toBe('cpu');
  });
});

describe('an installation of TensorFlow', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-tensorflow-'));
  const addon = path.join(folder, 'addon.node');
  mkdirSync(path.join(folder, 'tensorflow'));
  writeFileSync(addon, '');
  const write = (changes: object): void => {
    const installation = {
      variant: 'cpu',
      tensorflow: '2.21.0',
      library: path.join(folder, 'tensorflow'),
      addon,
      scripts: folder,
      source: addonSourceHash(),
      architecture: process.arch,
      ...changes
    };
    writeFileSync(installationFile(folder), JSON.stringify(installation));
  };

  it('is found in the folder that the environment names', () => {
    write({});
    expect(tensorflowFolder({ SLIPWAY_TENSORFLOW: folder })).toBe(folder);
    expect(findInstallation(folder)).toMatchObject({ installation: { tensorflow: '2.21.0', addon } });
  });

  it.each([
    ['was built from other source', { source: 'other' }, 'it was built for another version of Slipway'],
    ['is for another processor', { architecture: 'riscv64' }, 'it was built for riscv64'],
    ['has lost its TensorFlow', { library: path.join(folder, 'gone') }, 'is gone'],
    ['says something else', { variant: 'tpu' }, 'cannot be read']
  ])('does not count when it %s', (_name, changes, reason) => {
    write(changes);
    const found = findInstallation(folder);
    expect('missing' in found && found.missing).toContain(reason);
    expect('missing' in found && found.missing).toContain('run slipway doctor --install');
  });
});
