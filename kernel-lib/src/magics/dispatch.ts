import { showCells } from '../cells.js';
import { data } from '../data/data.js';
import { doctor } from '../doctor.js';
import { SlipwayError } from '../errors.js';
import { suggestion } from '../near-names.js';
import { notebook } from '../notebook/standalone.js';
import { promote } from '../registry/promote.js';
import { lineBundle } from '../registry/registry-display.js';
import { openRunForCells, Run } from '../runs/run.js';
import { SCORING_RESOURCE, readScoring, useScoring } from '../scoring/scoring-module.js';
import { status } from '../status.js';
import { slipCommands } from './commands.js';

interface Parsed {
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
}

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
  const { words, options } = parse(line.trim().split(/\s+/).filter(Boolean));
  const [command, ...args] = words;
  switch (command) {
    case undefined:
    case 'help':
      notebook().display(lineBundle('%slip', forms()));
      return;
    case 'data': {
      const [name, file] = args;
      if (!name || !file) throw wrongForm('data <name> <file> [--time <column>]');
      const time = options.get('time');
      await data(name, file, time ? { time } : {});
      return;
    }
    case 'run':
      toggleRun(args[0]);
      return;
    case 'promote': {
      if (!args[0]) throw wrongForm('promote <model> [--to <environment>] [--version <n>]');
      const version = options.get('version');
      await promote(args[0], options.get('to') ?? 'production', version ? { version: Number(version) } : {});
      return;
    }
    case 'score':
      await takeScoring(args[0], cellBody);
      return;
    case 'cells':
      showCells();
      return;
    case 'status':
      await status();
      return;
    case 'doctor':
      await doctor();
      return;
    default:
      throw new SlipwayError('MAGIC_UNKNOWN', `%slip has no command "${command}".`, {
        remedy: `${suggestion(
          command,
          slipCommands.map(c => c.name)
        )} ${forms()}`
      });
  }
}

/** `%%score` keeps the cell as the scoring module of the bundles to come; `%slip score off` takes it away again. */
async function takeScoring(argument: string | undefined, cellBody: string | undefined): Promise<void> {
  if (argument === 'off') {
    useScoring(null);
    notebook().display(lineBundle('%%score', 'bundles to come carry no scoring module'));
    return;
  }
  if (cellBody === undefined) throw wrongForm('score off; the module itself is a cell whose first line is %%score');
  const scoring = await readScoring(cellBody);
  useScoring(scoring);
  notebook().noteWrite(SCORING_RESOURCE);
  const words = `${scoring.functions.join(' and ')} will run in the services of models registered from now on`;
  notebook().display(lineBundle('%%score', words));
}

/** `%slip run rain` opens a run for the cells that follow; `%slip run end` closes what is open. */
function toggleRun(experiment: string | undefined): void {
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
  if (!experiment) throw wrongForm('run <experiment>, and later %slip run end');
  const run = new Run(experiment, undefined);
  openRuns.set(experiment, run);
  openRunForCells(run);
  notebook().display(
    lineBundle(`run ${run.name}`, `${experiment} · running; cells that follow log to it until %slip run end`)
  );
}

function parse(words: readonly string[]): Parsed {
  const plain: string[] = [];
  const options = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!word.startsWith('--')) {
      plain.push(word.replace(/^(["'])(.*)\1$/, '$2'));
      continue;
    }
    const [name, value] = word.slice(2).split('=', 2);
    const next = words[i + 1];
    if (value !== undefined) options.set(name!, value);
    else if (next !== undefined && !next.startsWith('--')) {
      options.set(name!, next);
      i++;
    } else options.set(name!, '');
  }
  return { words: plain, options };
}

function wrongForm(form: string): SlipwayError {
  return new SlipwayError('MAGIC_UNKNOWN', 'Something is missing in this %slip line.', {
    remedy: `Its form is: %slip ${form}`
  });
}

function forms(): string {
  return slipCommands.map(command => command.help).join('\n');
}
