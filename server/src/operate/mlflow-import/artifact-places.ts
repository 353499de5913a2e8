import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the artifacts are that MLflow named, and where they have come to lie. */
export class ForeignPlaces {
  readonly #served: string | undefined;
  readonly #moved = new Map<string, string>();

  /** @param served folder that MLflow's server served its `mlflow-artifacts:` URIs from; absent: it is not here. */
  constructor(served: string | undefined) {
    this.#served = served;
  }

  /** The folder on this machine; undefined for what lies in another store. */
  folderOf(uri: string): string | undefined {
    if (uri.startsWith('file:')) {
      return fileURLToPath(uri);
    }
    const served = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(uri)?.[1]?.split('/');
    if (served !== undefined) {
      return this.#served === undefined || served.includes('..') ? undefined : path.join(this.#served, ...served);
    }
    return /^[a-z][a-z0-9+.-]+:/i.test(uri) || uri === '' ? undefined : path.resolve(uri);
  }

  /** Remembers that what lay in one place now lies in our own artifacts. */
  moved(from: string, to: string): void {
    this.#moved.set(this.folderOf(from) ?? from, to);
  }

  /** The URI, or where in our own artifacts it lies now. */
  nowAt(uri: string): string {
    const folder = this.folderOf(uri) ?? uri;
    for (let parent = folder; parent !== path.dirname(parent); parent = path.dirname(parent)) {
      const own = this.#moved.get(parent);
      if (own !== undefined) {
        return own + folder.slice(parent.length).split(path.sep).join('/');
      }
    }
    return uri;
  }
}
