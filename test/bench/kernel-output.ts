import { BenchKernel, slipwayKernel } from './bench-kernel.ts';
import { median, type Measurement } from './measurement.ts';

const LINES = 100_000;
const ROUNDS = 3;

/** Seconds until 100 000 lines of a loop have reached the front end; the same text in one call is the baseline. */
export async function printedLines(): Promise<Measurement> {
  const kernel = await BenchKernel.start(slipwayKernel);
  await kernel.execute('console.log("warm")');
  const loop = `for (let i = 0; i < ${LINES}; i++) console.log("line", i);`;
  const once = `console.log(Array.from({ length: ${LINES} }, (_, i) => "line " + i).join("\\n"));`;
  const times: [number[], number[]] = [[], []];
  const expected = Array.from({ length: LINES }, (_, i) => `line ${i}\n`).join('').length;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, code] of [loop, once].entries()) {
      const { milliseconds, streamCharacters } = await kernel.execute(code);
      if (streamCharacters !== expected) {
        throw new Error(`${streamCharacters} of ${expected} characters arrived.`);
      }
      times[i]!.push(milliseconds / 1000);
    }
  }
  await kernel.stop();
  return {
    name: '100 000 console.log lines until all have arrived',
    unit: 's',
    value: median(times[0]),
    baseline: median(times[1]),
    baselineName: 'the same text in one call'
  };
}
