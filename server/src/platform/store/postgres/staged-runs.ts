import { isLater, toStored } from '../metric-value.js';
import type { RunInputEntry } from '../operations.js';
import type { StoredReal } from '../tables.js';
import type { KnownRun, NewRunRow, PointSink, RunChange, RunRows } from '../writing/run-rows.js';
import { ColumnChanges } from './column-changes.js';
import { keyName, pairName, type IdCaches, type LoadedRuns } from './run-loading.js';

export interface StagedRun extends NewRunRow, Required<RunChange> {
  readonly id: number;
}

/** A value of a run under a key; undefined: it is to be deleted. */
export interface StagedText {
  readonly run: number;
  readonly key: number;
  readonly value: string | undefined;
}

/** A series that got points: the latest of them, and whether the series has no row yet. */
export interface StagedSeries {
  readonly run: number;
  readonly key: number;
  readonly sid: number;
  readonly isNew: boolean;
  step: number;
  timestamp: number;
  value: number;
}

const COLUMNS = {
  name: 'text',
  life: 'bigint',
  deleted_at: 'bigint',
  status: 'bigint',
  lost: 'bigint',
  end_time: 'bigint',
  progress: 'text',
  failure: 'text'
};

/**
 * The rows of runs in memory, loaded before and written after the rules have run, so that a group of operations costs a
 * handful of statements however many it holds.
 */
export class StagedRuns implements RunRows {
  readonly newRuns = new Map<number, StagedRun>();
  readonly changes = new ColumnChanges<RunChange>('run', COLUMNS);
  readonly newParams = new Map<string, StagedText>();
  readonly tags = new Map<string, StagedText>();
  readonly inputs: { readonly run: number; readonly input: RunInputEntry }[] = [];
  readonly series = new Map<string, StagedSeries>();
  readonly staged = { sids: [] as number[], steps: [] as number[], times: [] as number[], values: [] as StoredReal[] };
  readonly #loaded: LoadedRuns;
  readonly #caches: IdCaches;

  constructor(loaded: LoadedRuns, caches: IdCaches) {
    this.#loaded = loaded;
    this.#caches = caches;
  }

  find(uuid: string): KnownRun | undefined {
    return this.#loaded.runs.get(uuid);
  }

  add(run: NewRunRow): KnownRun {
    const id = take(this.#loaded.newIds, 'run');
    const known: KnownRun = { id, exp: run.exp, life: 0 };
    this.#loaded.runs.set(run.uuid, known);
    this.newRuns.set(id, {
      ...run,
      id,
      life: 0,
      lost: 0,
      end_time: null,
      progress: null,
      failure: null,
      deleted_at: null
    });
    return known;
  }

  change(run: KnownRun, change: RunChange): void {
    run.life = change.life ?? run.life;
    const made = this.newRuns.get(run.id);
    if (made === undefined) {
      this.changes.add(run.id, change);
    } else {
      Object.assign(made, change);
    }
  }

  key(exp: number, name: string): number {
    const id = this.knownKey(exp, name);
    if (id === undefined) {
      throw new RangeError(`The name ${name} of experiment ${exp} was not loaded.`);
    }
    return id;
  }

  knownKey(exp: number, name: string): number | undefined {
    return this.#caches.keys.get(keyName(exp, name));
  }

  param(run: number, key: number): string | undefined {
    const pair = pairName(run, key);
    return this.newParams.get(pair)?.value ?? this.#loaded.params.get(pair);
  }

  addParam(run: number, key: number, value: string): void {
    if (this.param(run, key) === undefined) {
      this.newParams.set(pairName(run, key), { run, key, value });
    }
  }

  putTag(run: number, key: number, value: string): void {
    this.tags.set(pairName(run, key), { run, key, value });
  }

  deleteTag(run: number, key: number): boolean {
    const pair = pairName(run, key);
    const staged = this.tags.get(pair);
    const exists = staged === undefined ? this.#loaded.tags.has(pair) : staged.value !== undefined;
    this.tags.set(pair, { run, key, value: undefined });
    return exists;
  }

  putInput(run: number, input: RunInputEntry): void {
    this.inputs.push({ run, input });
  }

  points(run: number, key: number): PointSink {
    const series = this.#series(run, key);
    const { sids, steps, times, values } = this.staged;
    return {
      add: (step, timestamp, value) => {
        sids.push(series.sid);
        steps.push(step);
        times.push(timestamp);
        values.push(toStored(value));
        if (isLater({ step, timestamp, value }, series)) {
          series.step = step;
          series.timestamp = timestamp;
          series.value = value;
        }
      }
    };
  }

  changeExperiment(): void {
    throw new RangeError('The life of an experiment is changed by a statement of its own.');
  }

  #series(run: number, key: number): StagedSeries {
    const pair = pairName(run, key);
    let series = this.series.get(pair);
    if (series === undefined) {
      const known = this.#caches.series.get(pair);
      const sid = known ?? take(this.#loaded.newSids, 'series');
      series = { run, key, sid, isNew: known === undefined, step: -Infinity, timestamp: 0, value: 0 };
      this.#caches.series.set(pair, sid);
      this.series.set(pair, series);
    }
    return series;
  }
}

function take(ids: number[], of: string): number {
  const id = ids.pop();
  if (id === undefined) {
    throw new RangeError(`Too few ids were loaded for new rows of ${of}.`);
  }
  return id;
}
