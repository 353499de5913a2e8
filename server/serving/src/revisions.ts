import type { ReleaseManifest, Revision } from '@slipway/contract';
import { Model } from '@slipway/onnx/execution';
import { loadScoring, type Scoring } from './scoring.js';
import { messageOf } from '@slipway/wording';

/** A revision that answers. */
export interface LoadedRevision {
  readonly revision: Revision;
  readonly model: Model;
  /** The bundle's own functions around the model, when it has some. */
  readonly scoring: Scoring | null;
}

/** What the process says of its release; the control plane waits for it. */
export interface ReleaseState {
  readonly release: number;
  /** The newest release that could not be loaded, and why. */
  readonly refused: { readonly release: number; readonly message: string } | null;
}

/** The revisions of the current release. A new release replaces them only when all of it has been loaded. */
export class Revisions {
  #manifest: ReleaseManifest;
  #loaded: readonly LoadedRevision[];
  #refused: ReleaseState['refused'] = null;

  private constructor(manifest: ReleaseManifest, loaded: readonly LoadedRevision[]) {
    this.#manifest = manifest;
    this.#loaded = loaded;
  }

  /** @param bundleFolder gives the folder that holds a bundle. @throws Error when a bundle cannot be loaded. */
  static async load(manifest: ReleaseManifest, bundleFolder: (digest: string) => string): Promise<Revisions> {
    return new Revisions(manifest, await loadAll(manifest, bundleFolder));
  }

  get manifest(): ReleaseManifest {
    return this.#manifest;
  }

  get state(): ReleaseState {
    return { release: this.#manifest.release, refused: this.#refused };
  }

  get healthy(): boolean {
    return this.#loaded.every(loaded => loaded.model.healthy);
  }

  /** Chooses a revision by its share of the traffic. */
  choose(random: number = Math.random()): LoadedRevision {
    const total = this.#loaded.reduce((sum, loaded) => sum + loaded.revision.traffic, 0) || 1;
    let left = random * total;
    for (const loaded of this.#loaded) {
      left -= loaded.revision.traffic;
      if (left < 0) {
        return loaded;
      }
    }
    return this.#loaded[this.#loaded.length - 1]!;
  }

  /** The revision that serves a model version, or null. */
  find(version: string): LoadedRevision | null {
    return this.#loaded.find(loaded => String(loaded.revision.version) === version) ?? null;
  }

  /**
   * Brings the new release into use, then lets the old models answer what they had accepted. A release that cannot be
   * loaded changes nothing but `state.refused`.
   */
  async replace(manifest: ReleaseManifest, bundleFolder: (digest: string) => string): Promise<void> {
    if (manifest.release === this.#refused?.release) {
      return;
    }
    let next: readonly LoadedRevision[];
    try {
      next = await loadAll(manifest, bundleFolder);
    } catch (error) {
      this.#refused = { release: manifest.release, message: messageOf(error) };
      return;
    }
    const old = this.#loaded;
    this.#manifest = manifest;
    this.#loaded = next;
    this.#refused = null;
    await Promise.all(old.map(loaded => loaded.model.close()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#loaded.map(loaded => loaded.model.close()));
  }
}

async function loadAll(manifest: ReleaseManifest, bundleFolder: (digest: string) => string): Promise<LoadedRevision[]> {
  const loaded: LoadedRevision[] = [];
  try {
    for (const revision of manifest.revisions) {
      const folder = bundleFolder(revision.bundle_digest);
      const scoring = await loadScoring(folder);
      loaded.push({ revision, scoring, model: await Model.load(folder) });
    }
  } catch (error) {
    await Promise.all(loaded.map(entry => entry.model.close()));
    throw error;
  }
  return loaded;
}
