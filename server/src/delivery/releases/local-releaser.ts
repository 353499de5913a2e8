import { ServiceHealth, type ReleaseManifest } from '@slipway/contract';
import { ServiceUnavailableError } from '../../platform/errors.js';
import { isProcessAlive } from '../../platform/processes.js';
import type { BundleReader, OnStep, Releaser, ServiceObservation } from './ports.js';
import { FIRST_SERVICE_PORT, freePort, listServiceNames, ServiceFolder } from '@slipway/service-folder';

/** A new release must answer within this time, start of the process included. */
const RELEASE_TIMEOUT_MS = 30_000;
const POLL_MS = 100;
const HEALTH_TIMEOUT_MS = 2000;

/** Ensures that somebody starts the processes of services; the supervisor does, when one runs. */
export type EnsureSupervised = () => Promise<void>;

/** Releases to services on this machine: files and manifest in the service's folder, which its process follows. */
export class LocalReleaser implements Releaser {
  readonly #dataFolder: string;
  readonly #ensureSupervised: EnsureSupervised;

  constructor(dataFolder: string, ensureSupervised: EnsureSupervised) {
    this.#dataFolder = dataFolder;
    this.#ensureSupervised = ensureSupervised;
  }

  async release(
    manifest: ReleaseManifest,
    bundles: ReadonlyMap<string, BundleReader>,
    onStep: OnStep,
    signal: AbortSignal
  ): Promise<{ url: string; manifest: ReleaseManifest }> {
    const folder = new ServiceFolder(this.#dataFolder, manifest.service);
    const before = await folder.readManifest();
    onStep('Copying the bundle to the service');
    for (const [digest, bundle] of bundles) {
      await bundle.copyTo(folder.bundle(digest));
    }
    const port = manifest.port || before?.port || (await this.#choosePort());
    const chosen: ReleaseManifest = { ...manifest, port };
    onStep('Starting the service');
    await folder.writeManifest(chosen);
    try {
      await this.#ensureSupervised();
      const url = await this.#waitForRelease(folder, chosen.release, signal);
      return { url, manifest: chosen };
    } catch (error) {
      // What answered before still answers; a restart of its process must find its own manifest.
      if (before) {
        await folder.writeManifest(before);
      } else {
        await folder.removeManifest();
      }
      throw error;
    }
  }

  async observe(service: string): Promise<ServiceObservation> {
    const folder = new ServiceFolder(this.#dataFolder, service);
    const file = await folder.readProcess();
    if (!file || !isProcessAlive(file.pid)) {
      return { state: 'stopped', url: '', pid: null, requests: 0, started_at: null };
    }
    const health = await askHealth(file.url);
    if (!health || health.pid !== file.pid) {
      return { state: 'starting', url: '', pid: file.pid, requests: 0, started_at: null };
    }
    return { state: 'running', url: file.url, pid: file.pid, requests: health.requests, started_at: health.started_at };
  }

  /** A port that no other service of this folder keeps, running or not. */
  async #choosePort(): Promise<number> {
    const taken = new Set<number>();
    for (const name of await listServiceNames(this.#dataFolder)) {
      const manifest = await new ServiceFolder(this.#dataFolder, name).readManifest();
      if (manifest) {
        taken.add(manifest.port);
      }
    }
    return freePort(FIRST_SERVICE_PORT, taken);
  }

  async #waitForRelease(folder: ServiceFolder, release: number, signal: AbortSignal): Promise<string> {
    const deadline = Date.now() + RELEASE_TIMEOUT_MS;
    while (Date.now() < deadline) {
      signal.throwIfAborted();
      const file = await folder.readProcess();
      const health = file && isProcessAlive(file.pid) ? await askHealth(file.url) : null;
      if (file && health?.release === release) {
        return file.url;
      }
      if (health?.refused?.release === release) {
        throw new ServiceUnavailableError(`The service refused release ${release}. ${health.refused.message}`, {
          remedy: 'The previous release still answers.'
        });
      }
      await new Promise(resolve => setTimeout(resolve, POLL_MS));
    }
    throw new ServiceUnavailableError(
      `The service did not answer with release ${release} within ${RELEASE_TIMEOUT_MS / 1000} s.`,
      {
        remedy: 'Its log is in the logs folder of the data folder.'
      }
    );
  }
}

async function askHealth(url: string): Promise<ServiceHealth | null> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    const parsed = ServiceHealth.safeParse(await response.json());
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
