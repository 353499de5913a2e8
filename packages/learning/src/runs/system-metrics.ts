import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { hasNvidiaGpu } from '../backend/nvidia.js';

/** Runs that end sooner tell nothing of the machine. */
const FIRST_MS = 5000;
const INTERVAL_MS = 10_000;
const MEGABYTE = 2 ** 20;
const QUERY = 'index,utilization.gpu,memory.used,memory.total,power.draw';

interface CpuTimes {
  readonly busy: number;
  readonly all: number;
}

/**
 * Samples processor, memory, disk and NVIDIA GPUs while a run goes on, under the names that MLflow gives them
 * (`system/cpu_utilization_percentage`, …). What cannot be read is left out.
 */
export class SystemMetrics {
  readonly #log: (metrics: Record<string, number>, step: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #before = cpuTimes();
  #step = 0;

  constructor(log: (metrics: Record<string, number>, step: number) => void) {
    this.#log = log;
    this.#wait(FIRST_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => void this.#sample(), milliseconds);
    this.#timer.unref();
  }

  async #sample(): Promise<void> {
    const now = cpuTimes();
    const cpu = (100 * (now.busy - this.#before.busy)) / Math.max(1, now.all - this.#before.all);
    this.#before = now;
    const metrics = {
      cpu_utilization_percentage: cpu,
      system_memory_usage_megabytes: (totalmem() - freemem()) / MEGABYTE,
      system_memory_usage_percentage: 100 * (1 - freemem() / totalmem()),
      ...(await diskUse()),
      ...(hasNvidiaGpu() ? await gpuUse() : {})
    };
    // The run may have ended meanwhile.
    if (!this.#timer) {
      return;
    }
    this.#log(
      Object.fromEntries(Object.entries(metrics).map(([key, value]) => [`system/${key}`, value])),
      this.#step++
    );
    this.#wait(INTERVAL_MS);
  }
}

function cpuTimes(): CpuTimes {
  const times = cpus().map(cpu => cpu.times);
  const all = times.reduce((sum, each) => sum + each.user + each.nice + each.sys + each.idle + each.irq, 0);
  return { all, busy: all - times.reduce((sum, each) => sum + each.idle, 0) };
}

async function diskUse(): Promise<Record<string, number>> {
  try {
    const { blocks, bavail } = await statfs(process.cwd());
    return { disk_usage_percentage: 100 * (1 - bavail / blocks) };
  } catch {
    return {};
  }
}

function gpuUse(): Promise<Record<string, number>> {
  return new Promise(resolve => {
    const args = [`--query-gpu=${QUERY}`, '--format=csv,noheader,nounits'];
    execFile('nvidia-smi', args, { timeout: 5000 }, (error, output) => resolve(error ? {} : readGpuUse(output)));
  });
}

/** Reads the lines of `nvidia-smi --query-gpu` for index, utilization, memory used and in all, and power. */
export function readGpuUse(output: string): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const line of output.trim().split('\n')) {
    const [index, utilization, used, total, power] = line.split(',').map(Number);
    const values = {
      utilization_percentage: utilization!,
      memory_usage_megabytes: used!,
      memory_usage_percentage: (100 * used!) / total!,
      power_usage_watts: power!
    };
    for (const [key, value] of Object.entries(values)) {
      // A card that does not tell something says [N/A].
      if (Number.isFinite(value)) {
        metrics[`gpu_${index}_${key}`] = value;
      }
    }
  }
  return metrics;
}
