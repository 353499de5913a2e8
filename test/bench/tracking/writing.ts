import { LightClient } from '../light-client.ts';
import { createRun, prepared } from './requests.ts';
import type { Target } from './target.ts';

const POINTS = 1000;

/** Points per second by log-batch, 1 000 in each request, two clients. */
export async function logBatchRate(target: Target, seconds: number): Promise<number> {
  let batches = 0;
  await withClients(target, 2, seconds, (run, turn) => {
    batches += 1;
    const metrics = Array.from({ length: POINTS }, (_, index) => ({
      key: `m${index % 5}`,
      value: Math.sin(index + turn),
      timestamp: 1_700_000_000_000 + turn,
      step: turn * POINTS + index
    }));
    return prepared(target, 'runs/log-batch', { run_id: run, metrics });
  });
  return (batches * POINTS) / seconds;
}

export interface LogMetricFigures {
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** Single points by log-metric, eight clients at once. */
export async function logMetricRate(
  target: Target,
  seconds: number,
  runs?: readonly string[]
): Promise<LogMetricFigures> {
  const times: number[] = [];
  await withClients(
    target,
    8,
    seconds,
    (run, turn) =>
      prepared(target, 'runs/log-metric', {
        run_id: run,
        key: 'loss',
        value: 1 / (turn + 1),
        timestamp: 1_700_000_000_000 + turn,
        step: turn
      }),
    runs,
    times
  );
  return { perSecond: times.length / seconds, p99Ms: quantile(times, 0.99) };
}

/** The value below which the given share lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** Requests one after the other on each connection, each client on a run of its own, until the time is over. */
async function withClients(
  target: Target,
  count: number,
  seconds: number,
  request: (run: string, turn: number) => Buffer,
  runs?: readonly string[],
  times: number[] = []
): Promise<void> {
  const own = runs ?? (await Promise.all(Array.from({ length: count }, () => createRun(target, '0'))));
  const clients = await Promise.all(own.map(() => LightClient.open(target.url)));
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    clients.map(async (client, index) => {
      for (let turn = 0; performance.now() < until; turn++) {
        const bytes = request(own[index] ?? '', turn);
        const began = performance.now();
        const status = await client.send(bytes);
        times.push(performance.now() - began);
        if (status !== 200) {
          throw new Error(`The server answered ${status}.`);
        }
      }
    })
  );
  clients.forEach(client => client.close());
}
