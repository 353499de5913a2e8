/*
 * Makes a frame of random numbers, registers it, and prints how much more memory that took, as the child of
 * large-frame.test.ts.
 *
 *   node register-large-frame.ts <rows>
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { execute, packTables } from '../../packages/frames/dist/engine/engine.js';
import { openFrame } from '../../packages/frames/dist/index.js';
import { RecordingNotebook } from '../../packages/notebook/testing/notebook-double.ts';

const MEGABYTE = 1 << 20;
const rows = Number(process.argv[2]);

RecordingNotebook.install(process.cwd());
const columns = Array.from({ length: 12 }, (_, i) => `random() as c${i}`).join(', ');
await execute(`create table large as select ${columns} from range(${rows})`);
await packTables();
const lineage = { source: 'a test', parents: [], steps: [] };
const frame = await openFrame({
  name: 'large',
  table: 'large',
  time: null,
  version: null,
  lineage,
  shifts: new Map()
});
// What the making of it took goes back to the machine before.
await sleep(3000);

const before = process.memoryUsage().rss;
let most = before;
const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
const saved = await frame.save('large');
clearInterval(timer);
console.log(
  JSON.stringify({
    version: saved.version?.version ?? null,
    frameMegabytes: (rows * 12 * 8) / MEGABYTE,
    extraMegabytes: (most - before) / MEGABYTE
  })
);
process.exit(0);
