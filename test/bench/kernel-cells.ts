import { BenchKernel, plainTslab, slipwayKernel, type RoundTrip } from './bench-kernel.ts';
import { median, type Measurement } from './measurement.ts';
import { twentyLines } from './sample-cells.ts';

const WARM_UP_CELLS = 5;
const MEASURED_CELLS = 25;
const LONG_NOTEBOOK = 1000;
const EARLY = 50;
/** Cells around the 50th and before the 1 000th that are averaged. */
const AROUND = 10;

/** Round trip of a 20-line cell and memory after thirty of them, with log and graph on; plain tslab is the baseline. */
export async function kernelCells(): Promise<Measurement[]> {
  const kernels = [await BenchKernel.start(slipwayKernel), await BenchKernel.start(plainTslab)] as const;
  const times = kernels.map((): number[] => []);
  for (let n = 0; n < WARM_UP_CELLS + MEASURED_CELLS; n++) {
    for (const [i, kernel] of kernels.entries()) {
      const { milliseconds } = succeeded(await kernel.execute(twentyLines(n)));
      if (n >= WARM_UP_CELLS) {
        times[i]!.push(milliseconds);
      }
    }
  }
  const [ourMemory, plainMemory] = kernels.map(kernel => kernel.residentMegabytes()) as [number, number];
  for (const kernel of kernels) {
    await kernel.stop();
  }
  const [ours, plain] = times.map(median) as [number, number];
  const baselineName = 'plain tslab 1.0.22';
  return [
    { name: '20-line cell, round trip, logged', unit: 'ms', value: ours, baseline: plain, baselineName },
    { name: 'kernel memory after 30 cells', unit: 'MB', value: ourMemory, baseline: plainMemory, baselineName }
  ];
}

/** The 1 000th cell of a notebook and a completion there, beside the 50th. */
export async function longNotebook(): Promise<Measurement[]> {
  const kernel = await BenchKernel.start(slipwayKernel);
  const cells: number[] = [];
  let earlyCompletion = NaN;
  for (let n = 0; n < LONG_NOTEBOOK; n++) {
    const { milliseconds } = succeeded(await kernel.execute(cellOfLongNotebook(n)));
    cells.push(milliseconds);
    if (n + 1 === EARLY) {
      earlyCompletion = await completion(kernel, n);
    }
  }
  const lateCompletion = await completion(kernel, LONG_NOTEBOOK - 1);
  await kernel.stop();
  const around = (n: number): number => median(cells.slice(n - AROUND, n));
  return [
    {
      ...{ name: 'the 1 000th cell of a notebook', unit: 'ms', value: around(LONG_NOTEBOOK) },
      ...{ baseline: around(EARLY), baselineName: 'the 50th cell of the same notebook' }
    },
    {
      ...{ name: 'completion after 1 000 cells', unit: 'ms', value: lateCompletion },
      ...{ baseline: earlyCompletion, baselineName: 'completion after 50 cells' }
    }
  ];
}

/** Each cell builds on the one before, as notebooks do. */
function cellOfLongNotebook(n: number): string {
  const before = n === 0 ? '[1, 2, 3]' : `values${n - 1}`;
  return `const values${n} = ${before}.map(value => (value * 31 + ${n}) % 1009);
function score${n}(factor: number): number {
  return values${n}.reduce((sum, value) => sum + value * factor, 0);
}
score${n}(0.5)`;
}

async function completion(kernel: BenchKernel, n: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < AROUND; i++) {
    times.push(succeeded(await kernel.complete(`values${n}.red`)).milliseconds);
  }
  return median(times);
}

function succeeded(answer: RoundTrip): RoundTrip {
  if (answer.status !== 'ok') {
    throw new Error(`The kernel answered ${String(answer.status)}.`);
  }
  return answer;
}
