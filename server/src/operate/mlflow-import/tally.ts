import type { Store } from '../../platform/store/store.js';
import type { Arrival } from '../arrival-table.js';
import type { ForeignModel } from './foreign-store.js';
import { countRows, countPointsOfRuns } from '../../platform/store/counting.js';

interface RunParts {
  readonly params: number;
  readonly tags: number;
  readonly inputs: number;
  readonly points: number;
  readonly files: number;
}

/** Counts what is imported, and then what has arrived, in the database itself. */
export class Tally {
  readonly #runs = new Map<number, RunParts>();
  readonly #experiments = new Set<number>();
  readonly #loggedModels = new Map<string, number>();
  readonly #models = new Map<number, ForeignModel>();
  readonly #elsewhere: string[] = [];
  #experimentTags = 0;

  experiment(id: number, tags: number): void {
    this.#experiments.add(id);
    this.#experimentTags += tags;
  }

  run(id: number, parts: RunParts): void {
    this.#runs.set(id, parts);
  }

  loggedModel(id: string, files: number): void {
    this.#loggedModels.set(id, files);
  }

  model(id: number, model: ForeignModel): void {
    this.#models.set(id, model);
  }

  leftWhereItIs(uri: string): void {
    this.#elsewhere.push(uri);
  }

  /** Places of artifacts in stores that this machine cannot read; clients find them there. */
  get elsewhere(): readonly string[] {
    return this.#elsewhere;
  }

  async compare(store: Store): Promise<Arrival[]> {
    const runs = [...this.#runs.keys()];
    const logged = [...this.#loggedModels.keys()];
    const models = [...this.#models.keys()];
    const experiments = [...this.#experiments];
    const ofRuns = (part: keyof RunParts): number => sum([...this.#runs.values()].map(parts => parts[part]));
    const ofModels = (count: (model: ForeignModel) => number): number => sum([...this.#models.values()].map(count));
    const count = (table: string, column: string, ids: readonly (number | string)[]): Promise<number> =>
      countRows(store, table, column, ids);
    const arrivals: Arrival[] = [
      { what: 'experiments', there: experiments.length, here: await count('experiment', 'id', experiments) },
      { what: 'experiment tags', there: this.#experimentTags, here: await count('experiment_tag', 'exp', experiments) },
      { what: 'runs', there: runs.length, here: await count('run', 'id', runs) },
      { what: 'parameters', there: ofRuns('params'), here: await count('param', 'run', runs) },
      { what: 'tags of runs', there: ofRuns('tags'), here: await count('tag', 'run', runs) },
      { what: 'metric points', there: ofRuns('points'), here: await countPointsOfRuns(store, runs) },
      { what: 'dataset inputs', there: ofRuns('inputs'), here: await count('run_input', 'run', runs) },
      { what: 'files of runs', there: ofRuns('files'), here: await count('run_artifact', 'run', runs) },
      { what: 'logged models', there: logged.length, here: await count('logged_model', 'id', logged) },
      {
        what: 'files of logged models',
        there: sum([...this.#loggedModels.values()]),
        here: await count('logged_model_artifact', 'model', logged)
      },
      { what: 'registered models', there: models.length, here: await count('registered_model', 'id', models) },
      {
        what: 'model versions',
        there: ofModels(model => model.versions.length),
        here: await this.#versionsHere(store)
      },
      {
        what: 'aliases',
        there: ofModels(model => model.aliases.length),
        here: await count('model_alias', 'model', models)
      }
    ];
    return arrivals;
  }

  /** The same version, and not another of its number. */
  async #versionsHere(store: Store): Promise<number> {
    let here = 0;
    for (const [id, model] of this.#models) {
      const rows = await store.reads
        .selectFrom('model_version')
        .where('model', '=', id)
        .select(['version', 'created_at'])
        .execute();
      const createdAt = new Map(rows.map(row => [row.version, row.created_at]));
      here += model.versions.filter(version => createdAt.get(version.version) === version.created_at).length;
    }
    return here;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
