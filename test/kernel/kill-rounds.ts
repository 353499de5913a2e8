import path from 'node:path';
import { routes } from '@slipway/contract';
import { call, startServerProcess, type ServerProcess } from '../server/slipway-process.js';
import { KernelClient } from './kernel-client.js';
import { notebookFolder, printed, spooled, traceback } from './notebook.js';

const POINTS_PER_CELL = 20;
const SETUP = `import * as slip from "slipway";
const run = new slip.Run("kills", undefined);
let step = 0;
console.log(slip.session().id, run.id);`;
const LOGGING = `for (let i = 0; i < ${POINTS_PER_CELL}; i++) run.logMetric("loss", step, step++);
run.flush();
console.log(step);`;

/** What one kernel was told to log, and how much of it was acknowledged by the cell's reply. */
interface Logged {
  readonly sessionId: string;
  readonly runId: string;
  answeredCells: number;
}

/** How the server's record differs from what was acknowledged; empty when it is complete and nothing is doubled. */
export type Differences = string[];

interface Living {
  readonly kernel: KernelClient;
  readonly logged: Logged;
}

/**
 * Kills, in turn, the kernel and the metadata server with `kill -9` while cells log metrics, `rounds` times; then lets a
 * last kernel bring in what is left on disk, and compares.
 */
export async function killRounds(rounds: number): Promise<Differences> {
  const folder = notebookFolder();
  const data = path.join(folder, '.slipway');
  const all: Logged[] = [];
  let server = await startServerProcess(data, ['--port', '0']);
  let living: Living | null = null;
  try {
    for (let round = 0; round < rounds; round++) {
      if (!living) {
        living = await begin(folder);
        all.push(living.logged);
      }
      const logging = keepLogging(living);
      // Spread over the phases of a cell, the gathering of records and a request.
      await new Promise(resolve => setTimeout(resolve, 10 + ((round * 37) % 240)));
      if (round % 2 === 0) {
        await server.end('SIGKILL');
        server = await startServerProcess(data);
        await logging.stop();
      } else {
        logging.abandon();
        await living.kernel.kill();
        living = null;
      }
    }
    await living?.kernel.shutdown();
    living = await begin(folder);
    all.push(living.logged);
    await living.kernel.shutdown();
    return await compare(folder, server, all);
  } finally {
    await living?.kernel.kill();
    await server.end('SIGTERM');
  }
}

async function begin(folder: string): Promise<Living> {
  const kernel = await KernelClient.start(folder);
  const setup = await kernel.execute(SETUP);
  const [sessionId, runId] = printed(setup).trim().split(' ');
  if (!sessionId || !runId) {
    throw new Error(`The first cell failed: ${traceback(setup)} ${kernel.stderr}`);
  }
  return { kernel, logged: { sessionId, runId, answeredCells: 1 } };
}

/** Runs logging cells one after the other until it is stopped, or abandoned with a kernel that is killed. */
function keepLogging({ kernel, logged }: Living): { stop(): Promise<void>; abandon(): void } {
  let isOn = true;
  const loop = (async () => {
    while (isOn) {
      await kernel.execute(LOGGING);
      if (isOn) {
        logged.answeredCells++;
      }
    }
  })();
  return {
    stop: async () => {
      const last = logged.answeredCells;
      isOn = false;
      await loop;
      // The cell that was running has been answered too.
      logged.answeredCells = last + 1;
    },
    abandon: () => void (isOn = false)
  };
}

async function compare(folder: string, server: ServerProcess, all: readonly Logged[]): Promise<Differences> {
  const differences: Differences = [];
  const left = spooled(folder).length;
  if (left > 0) {
    differences.push(`${left} spools were not sent`);
  }
  for (const { sessionId, runId, answeredCells } of all) {
    const cells = routes.listSessionCells.answer.parse(
      await call(server, 'GET', `/api/v1/sessions/${sessionId}/cells`)
    );
    const orders = cells.cells.map(({ order }) => order);
    const finished = cells.cells.filter(({ status }) => status === 'ok').length;
    if (orders.some((order, i) => order !== i + 1)) {
      differences.push(`${sessionId}: cells ${orders.join(' ')}`);
    }
    // The cell in which a kernel was killed may be there without its end, and at most this one.
    if (finished < answeredCells || orders.length > answeredCells + 1) {
      differences.push(
        `${sessionId}: ${answeredCells} cells answered, ${orders.length} on record, ${finished} finished`
      );
    }
    const unshown = cells.cells.filter(({ status, outputs }) => status === 'ok' && outputs === null).length;
    // Of the last cell before a kill the end may be on record and not yet what it has shown.
    if (finished - unshown < answeredCells) {
      differences.push(`${sessionId}: outputs of ${unshown} cells are missing`);
    }
    const metrics = routes.getRunMetrics.answer.parse(
      await call(server, 'GET', `/api/v1/runs/${runId}/metrics?points=5000`)
    );
    const total = metrics.series[0]?.total ?? 0;
    const least = (answeredCells - 1) * POINTS_PER_CELL;
    if (total < least || total > least + POINTS_PER_CELL || total % POINTS_PER_CELL !== 0) {
      differences.push(`${runId}: ${total} points on record, ${least} acknowledged`);
    }
    const steps = metrics.series[0]?.points.map(({ step }) => step) ?? [];
    if (new Set(steps).size !== steps.length) {
      differences.push(`${runId}: points are doubled`);
    }
  }
  return differences;
}
