import { showCells } from '../cells.js';
import { data } from '@slipway/frames';
import { doctor } from '../doctor.js';
import { notebook } from '@slipway/notebook';
import { model } from '../registry/model.js';
import { promote } from '../registry/promote.js';
import { lineBundle } from '../registry/registry-display.js';
import {
  openRunForCells,
  prepareAutolog,
  readScoring,
  Run,
  SCORING_RESOURCE,
  storedModelBundle,
  useScoring
} from '@slipway/learning';
import { status } from '../status.js';
import { helpBundle } from './help.js';
import { parseSlipLine } from './slip-line.js';

/** Runs that `%slip run` started and that are still open, by experiment. */
const openRuns = new Map<string, Run>();

/**
 * Runs one `%slip …` line: the same calls as the functions of the library.
 *
 * @param line what follows `%slip`; for a `%%score` cell, `score` and its arguments.
 * @param cellBody for a `%%` cell, the source under its first line.
 * @throws SlipwayError MAGIC_UNKNOWN with the right form, and whatever the called function throws.
 */
export async function dispatch(line: string, cellBody?: string): Promise<void> {
  if (cellBody !== undefined) {
    return takeScoring(cellBody);
  }
  const { command, places, options } = parseSlipLine(line);
  const [first = '', second = ''] = places;
  switch (command.name) {
    case 'data': {
      const time = options.get('time');
      await data(first, second, time === undefined ? {} : { time });
      return;
    }
    case 'run':
      return toggleRun(first);
    case 'model': {
      notebook().display(storedModelBundle(await model(first)));
      return;
    }
    case 'promote': {
      const version = options.get('version');
      await promote(
        first,
        options.get('to') ?? 'production',
        version === undefined ? {} : { version: Number(version) }
      );
      return;
    }
    case 'score':
      useScoring(null);
      notebook().display(lineBundle('%%score', 'bundles to come carry no scoring module'));
      return;
    case 'cells':
      return showCells();
    case 'status':
      return status();
    case 'doctor':
      return doctor();
    default:
      notebook().display(helpBundle());
  }
}

/** `%%score` keeps the cell as the scoring module of the bundles to come; `%slip score off` takes it away again. */
async function takeScoring(cellBody: string): Promise<void> {
  const scoring = await readScoring(cellBody);
  useScoring(scoring);
  notebook().noteWrite(SCORING_RESOURCE);
  const words = `${scoring.functions.join(' and ')} will run in the services of models registered from now on`;
  notebook().display(lineBundle('%%score', words));
}

/** `%slip run rain` opens a run for the cells that follow; `%slip run end` closes what is open. */
async function toggleRun(experiment: string): Promise<void> {
  if (experiment === 'end') {
    for (const run of openRuns.values()) {
      notebook().noteRun(run.id);
      run.finish('FINISHED');
    }
    const names = [...openRuns.values()].map(run => run.name).join(', ');
    openRuns.clear();
    notebook().display(lineBundle('%slip run', names ? `${names} finished` : 'no run was open'));
    return;
  }
  await prepareAutolog();
  const run = new Run(experiment, undefined);
  openRuns.set(experiment, run);
  openRunForCells(run);
  notebook().display(
    lineBundle(`run ${run.name}`, `${experiment} · running; cells that follow log to it until %slip run end`)
  );
}
