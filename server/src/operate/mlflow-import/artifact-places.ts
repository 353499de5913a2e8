import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the artifacts are that MLflow named, and where they are stored now. */
export class ForeignPlaces {
  readonly #served: string | undefined;
  readonly #moved = new Map<string, string>();

  /** @param served folder that MLflow's server served its `mlflow-artifacts:` URIs from; absent: it is not here. */
  constructor(served: string | undefined) {
    this.#served = served;
  }

  /** The folder on this machine; undefined for files in another store. */
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

  /** Remembers that files from one place are now in our own artifacts. */
  moved(from: string, to: string): void {
    this.#moved.set(this.folderOf(from) ?? from, to);
  }

  /** The URI, or its place in our own artifacts. */
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
