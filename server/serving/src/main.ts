import { watchFile } from 'node:fs';
import { parseArgs } from 'node:util';
import path from 'node:path';
import { freePort, ServiceFolder } from '@slipway/service-folder';
import { RequestCounts } from './request-counts.js';
import { Revisions } from './revisions.js';
import { serviceApp, type ServiceCounters } from './service-app.js';
import { messageOf } from '@slipway/wording';

/** A new release is noticed within this time. */
const WATCH_MS = 200;

/**
 * The process of one service: `main.js --data DIR --service NAME`. It reads the release manifest and the bundles in its
 * own folder and nothing else, so that it answers whether or not the metadata server runs. Says `{"url": …}` on stdout
 * when it answers.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { data: { type: 'string' }, service: { type: 'string' } } });
  if (!values.data || !values.service) {
    throw new Error('--data and --service are needed.');
  }
  const folder = new ServiceFolder(path.resolve(values.data), values.service);
  const manifest = await folder.readManifest();
  if (!manifest) {
    throw new Error(`${folder.manifestFile} is missing or is not a release manifest.`);
  }
  const bundleFolder = (digest: string): string => folder.bundle(digest);
  const revisions = await Revisions.load(manifest, bundleFolder);
  const counters: ServiceCounters = { answered: await RequestCounts.open(folder), startedAt: Date.now() };
  const app = serviceApp(revisions, counters);
  // Another program may have taken the port while the service was down: it answers on the next free one then.
  const wanted = manifest.port === 0 ? 0 : await freePort(manifest.port);
  if (wanted !== manifest.port) {
    process.stderr.write(`Port ${manifest.port} is in use; taking ${wanted}.\n`);
  }
  await app.listen({ host: '127.0.0.1', port: wanted });
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : manifest.port;
  const url = `http://127.0.0.1:${port}`;
  await folder.writeProcess({ pid: process.pid, port, url, started_at: counters.startedAt });
  process.stdout.write(JSON.stringify({ url, pid: process.pid }) + '\n');

  let following = Promise.resolve();
  watchFile(folder.manifestFile, { interval: WATCH_MS }, () => {
    following = following.then(async () => {
      const next = await folder.readManifest();
      if (next && next.release !== revisions.manifest.release) {
        await revisions.replace(next, bundleFolder);
      }
    });
  });

  let stopping = false;
  const stop = (): void => {
    if (stopping) {
      return;
    }
    stopping = true;
    void app
      .close()
      .then(() => Promise.all([revisions.close(), counters.answered.save()]))
      .finally(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`The service cannot start. ${messageOf(error)}\n`);
  process.exit(1);
});
