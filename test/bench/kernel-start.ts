import { BenchKernel, plainTslab, slipwayKernel, type KernelCommand } from './bench-kernel.ts';
import { median, type Measurement } from './measurement.ts';

const ROUNDS = 5;

/** Milliseconds from starting the kernel's process to its first `kernel_info_reply`; plain tslab is the baseline. */
export async function kernelStart(): Promise<Measurement> {
  // Once each without counting: the first start of a kernel on a machine fills caches.
  await startToReady(slipwayKernel);
  await startToReady(plainTslab);
  const ours: number[] = [];
  const plain: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await startToReady(slipwayKernel));
    plain.push(await startToReady(plainTslab));
  }
  return {
    name: 'kernel start to ready',
    unit: 'ms',
    value: median(ours),
    baseline: median(plain),
    baselineName: 'plain tslab 1.0.22'
  };
}

async function startToReady(command: KernelCommand): Promise<number> {
  const kernel = await BenchKernel.start(command);
  await kernel.stop();
  return kernel.startMilliseconds;
}
