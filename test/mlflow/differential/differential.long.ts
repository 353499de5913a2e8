import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshFolder, startServerProcess, type ServerProcess } from '../../server/slipway-process.js';
import { knownDifferences } from './known-differences.js';
import { startReferenceServer, type ReferenceServer } from './reference-server.js';
import { Requester, type Reply } from './requester.js';
import { script } from './script.js';

const PREFIX = 'qxzv';

let folder: Awaited<ReturnType<typeof freshFolder>>;
let own: ServerProcess;
let reference: ReferenceServer;
beforeAll(async () => {
  folder = await freshFolder();
  own = await startServerProcess(path.join(folder.path, '.slipway'), ['--port', '0']);
  reference = await startReferenceServer(folder.path);
});
afterAll(async () => {
  await reference.stop();
  await own.end('SIGTERM');
  await folder.remove();
});

describe('Slipway and MLflow’s own server', () => {
  it('answer every request of the script alike, but for the differences that are explained', async () => {
    const [ours, theirs] = [new Requester(own.url, own.token), new Requester(reference.url)];
    for (const requester of [ours, theirs]) {
      requester.set('prefix', PREFIX);
      requester.set('upper', PREFIX.toUpperCase());
    }
    const differing: { label: string; ours: Reply; theirs: Reply }[] = [];
    for (const step of script) {
      const [our, their] = await Promise.all([ours.send(step), theirs.send(step)]);
      if (JSON.stringify(our) !== JSON.stringify(their)) {
        differing.push({ label: step.label, ours: our, theirs: their });
      }
    }
    const known = new Set(Object.values(knownDifferences).flat());
    expect(script.length).toBeGreaterThan(400);
    expect(differing.filter(({ label }) => !known.has(label))).toEqual([]);
    // An explanation that explains nothing is out of date.
    expect([...known].filter(label => !differing.some(each => each.label === label))).toEqual([]);
    expect(differing.filter(({ ours: { status } }) => status >= 500 && status !== 501)).toEqual([]);
  });

  it('use each name of a step once', () => {
    const labels = script.map(({ label }) => label);
    expect(labels.filter((label, index) => labels.indexOf(label) !== index)).toEqual([]);
  });
});
