/*
 * Reads and profiles a CSV file, as the child of data.ts, and prints seconds and the most memory that it took.
 *
 *   node profile-csv.ts <ours | duckdb> <file>
 */
const [, , who, file = ''] = process.argv;

async function ours(): Promise<void> {
  const { data } = await import('slipway');
  await data('table', file);
}

async function duckdb(): Promise<void> {
  const { execute, queryRows } = await import('../../packages/frames/dist/engine/engine.js');
  await execute(`create table t as select * from read_csv('${file}')`);
  await queryRows('summarize t');
}

const out = process.stdout.write.bind(process.stdout);
// What the notebook would show.
process.stdout.write = () => true;
const began = performance.now();
await(who === 'ours' ? ours() : duckdb());
const seconds = (performance.now() - began) / 1000;
out(JSON.stringify({ seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
process.exit(0);
