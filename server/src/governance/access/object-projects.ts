import { DEFAULT_PROJECT, type AccessObject } from '@slipway/contract';
import { locateArtifact } from '../../platform/artifacts/artifact-location.js';
import type { Store } from '../../platform/store/store.js';
import type { Projects } from './projects.js';

/** A run never moves to another experiment, so what was read once holds. */
const MOST_RUNS = 20_000;
/** An experiment that is renamed changes its project; frequent loggers are not looked up every time. */
const FRESH_MS = 2000;
const MOST_EXPERIMENTS = 10_000;

/** To which project objects belong. */
export class ObjectProjects {
  readonly #store: Store;
  readonly #projects: Projects;
  readonly #experimentOfRun = new Map<string, number>();
  readonly #nameOfExperiment = new Map<number, { readonly name: string; readonly until: number }>();

  constructor(store: Store, projects: Projects) {
    this.#store = store;
    this.#projects = projects;
  }

  /**
   * @param id as the request names it.
   * @returns the projects of which any one is enough; undefined when there is no such object.
   */
  async of(kind: AccessObject, id: string): Promise<readonly string[] | undefined> {
    switch (kind) {
      case 'project':
        return [id];
      case 'experiment-name':
      case 'model':
      case 'dataset':
      // The service of a model has the model's name, or one that begins with it.
      case 'service':
        return [await this.#projects.ofName(id)];
      case 'experiment':
        return this.#ofExperiment(Number(id));
      case 'run':
        return this.#ofRun(id);
      case 'logged-model':
        return this.#ofLoggedModel(id);
      case 'session':
        return this.#ofSession(id);
      case 'bundle':
        return this.#ofBundles([id]);
      case 'blob':
        return this.#ofBlob(id);
      case 'promotion':
        return this.#ofPromotion(id);
      case 'artifact':
        return this.#ofArtifact(id);
      case 'model-source':
        return this.#ofSource(id);
    }
  }

  async #ofExperiment(id: number): Promise<string[] | undefined> {
    if (!Number.isSafeInteger(id)) {
      return undefined;
    }
    const now = performance.now();
    const known = this.#nameOfExperiment.get(id);
    if (known !== undefined && known.until > now) {
      return [await this.#projects.ofName(known.name)];
    }
    const row = await this.#store.reads.selectFrom('experiment').where('id', '=', id).select('name').executeTakeFirst();
    if (row === undefined) {
      return undefined;
    }
    if (this.#nameOfExperiment.size >= MOST_EXPERIMENTS) {
      this.#nameOfExperiment.clear();
    }
    this.#nameOfExperiment.set(id, { name: row.name, until: now + FRESH_MS });
    return [await this.#projects.ofName(row.name)];
  }

  async #ofRun(run_id: string): Promise<string[] | undefined> {
    let experiment = this.#experimentOfRun.get(run_id);
    if (experiment === undefined) {
      const { reads } = this.#store;
      const row = await reads.selectFrom('run').where('uuid', '=', run_id).select('exp').executeTakeFirst();
      if (row === undefined) {
        return undefined;
      }
      experiment = row.exp;
      if (this.#experimentOfRun.size >= MOST_RUNS) {
        this.#experimentOfRun.clear();
      }
      this.#experimentOfRun.set(run_id, experiment);
    }
    return this.#ofExperiment(experiment);
  }

  async #ofLoggedModel(id: string): Promise<string[] | undefined> {
    const row = await this.#store.reads
      .selectFrom('logged_model')
      .where('id', '=', id)
      .select('exp')
      .executeTakeFirst();
    return row === undefined ? undefined : this.#ofExperiment(row.exp);
  }

  async #ofSession(session_id: string): Promise<string[] | undefined> {
    const { reads } = this.#store;
    const known = await reads.selectFrom('session').where('uuid', '=', session_id).select('id').executeTakeFirst();
    const row = await reads
      .selectFrom('session_project')
      .where('session', '=', session_id)
      .select('project')
      .executeTakeFirst();
    return row === undefined ? known && [DEFAULT_PROJECT] : [row.project];
  }

  async #ofPromotion(id: string): Promise<string[] | undefined> {
    const row = await this.#store.reads.selectFrom('promotion').where('id', '=', id).select('model').executeTakeFirst();
    return row === undefined ? undefined : [await this.#projects.ofName(row.model)];
  }

  /** Those of the models that have the bundle. */
  async #ofBundles(digests: readonly string[]): Promise<string[]> {
    if (digests.length === 0) {
      return [];
    }
    const rows = await this.#store.reads
      .selectFrom('model_version')
      .innerJoin('registered_model', 'registered_model.id', 'model_version.model')
      .where('model_version.bundle_digest', 'in', digests)
      .where('model_version.deleted', '=', 0)
      .select('registered_model.name')
      .distinct()
      .execute();
    return this.#ofNames(rows);
  }

  /** Those of everything that the content belongs to; none for what was only uploaded. */
  async #ofBlob(sha256: string): Promise<string[]> {
    const { reads } = this.#store;
    const bundles = await reads.selectFrom('bundle_file').where('sha256', '=', sha256).select('digest').execute();
    const datasets = await reads
      .selectFrom('dataset_version')
      .innerJoin('dataset', 'dataset.id', 'dataset_version.dataset')
      .where('dataset_version.content_sha256', '=', sha256)
      .select('dataset.name')
      .distinct()
      .execute();
    const runs = await reads
      .selectFrom('run_artifact')
      .innerJoin('run', 'run.id', 'run_artifact.run')
      .innerJoin('experiment', 'experiment.id', 'run.exp')
      .where('run_artifact.sha256', '=', sha256)
      .select('experiment.name')
      .distinct()
      .execute();
    const models = await reads
      .selectFrom('logged_model_artifact')
      .innerJoin('logged_model', 'logged_model.id', 'logged_model_artifact.model')
      .innerJoin('experiment', 'experiment.id', 'logged_model.exp')
      .where('logged_model_artifact.sha256', '=', sha256)
      .select('experiment.name')
      .distinct()
      .execute();
    const shared = await reads.selectFrom('shared_artifact').where('sha256', '=', sha256).select('path').execute();
    const sessions = await reads.selectFrom('session_blob').where('sha256', '=', sha256).select('session_id').execute();
    const named = await this.#ofNames([...datasets, ...runs, ...models]);
    const more = await Promise.all([
      this.#ofBundles(bundles.map(row => row.digest)),
      ...shared.map(row => this.#ofShared(row.path)),
      ...sessions.map(row => this.#ofSession(row.session_id))
    ]);
    return [...new Set([...named, ...more.flatMap(projects => projects ?? [])])];
  }

  #ofArtifact(location: string): Promise<readonly string[] | undefined> {
    const found = locateArtifact(location);
    switch (found?.owner.kind) {
      case undefined:
        return Promise.resolve(undefined);
      case 'run':
        return this.of('run', found.owner.run_id);
      case 'logged-model':
        return this.of('logged-model', found.owner.model_id);
      case 'bundle':
        return this.of('bundle', found.owner.digest);
      case 'shared':
        return this.#ofShared(found.path);
    }
  }

  /** Files of nobody belong to the project that their first folder names, as the names of experiments do. */
  async #ofShared(path: string): Promise<string[]> {
    return [await this.#projects.ofName(path.replace('/', '.'))];
  }

  /** What the source of a new model version names in this server; locations elsewhere are never opened. */
  #ofSource(source: string): Promise<readonly string[] | undefined> {
    const [, name = '', more] = /^models:\/*([^/@]*)([/@].*)?$/is.exec(source) ?? [];
    if (name === '') {
      return Promise.resolve(undefined);
    }
    return more === undefined ? this.of('logged-model', name) : this.of('model', name);
  }

  async #ofNames(rows: readonly { readonly name: string }[]): Promise<string[]> {
    const projects = await Promise.all(rows.map(row => this.#projects.ofName(row.name)));
    return [...new Set(projects)];
  }
}
