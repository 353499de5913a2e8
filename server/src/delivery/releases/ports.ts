import type {
  BundleDigest,
  BundleFile,
  EnvironmentName,
  ModelSignature,
  PreflightCheck,
  ReleaseManifest,
  ServiceState
} from '@slipway/contract';
import type { Readable } from 'node:stream';
import type { z } from 'zod';

type Digest = z.infer<typeof BundleDigest>;

/** Reads the files of one stored bundle. Paths are the ones in `files`, never the caller's own. */
export interface BundleReader {
  readonly digest: Digest;
  readonly files: readonly BundleFile[];
  /**
   * The whole file in memory.
   *
   * @throws NotFoundError when the bundle has no such file.
   */
  read(path: string): Promise<Buffer>;
  /** As a stream, for large files. Same errors as `read`. */
  open(path: string): Promise<Readable>;
  /**
   * Writes every file under the folder, which is made if need be; digests are checked on the way. Calling it again for
   * a folder that is already complete is quick and changes nothing.
   *
   * @throws DigestMismatchError when a stored file is damaged.
   */
  copyTo(folder: string): Promise<void>;
}

/** The model version that is examined or released. */
export interface PromotionSubject {
  readonly model: string;
  readonly version: number;
  readonly environment: EnvironmentName;
  /** Name of the service that answers with it. */
  readonly service: string;
  readonly signature: ModelSignature;
  readonly bundle: BundleReader;
}

/** Says in words what is happening now; shown to the user as it changes. */
export type OnStep = (step: string) => void;

/** Runs the preflight checks of one bundle. Knows nothing of the registry or the database. */
export interface PreflightRunner {
  /**
   * All checks in the order of `PREFLIGHT_CHECKS`. A check that cannot run is a failed check whose evidence says why;
   * only internal errors reject.
   */
  run(subject: PromotionSubject, onStep: OnStep, signal: AbortSignal): Promise<PreflightCheck[]>;
}

/** What is known about a service's process at this moment. */
export interface ServiceObservation {
  readonly state: ServiceState;
  /** e.g. `http://127.0.0.1:18601`; empty while it does not run. */
  readonly url: string;
  readonly pid: number | null;
  /** Requests answered since the process started. */
  readonly requests: number;
  /** Milliseconds since the epoch. */
  readonly started_at: number | null;
}

/** Brings releases to the data plane and looks at what runs there. */
export interface Releaser {
  /**
   * Makes the service answer with the manifest's revisions: its files are in place, its manifest is written to the
   * service's folder, its process runs and has answered with the new release. The control plane has chosen everything
   * in the manifest but `port`, which is 0 for a new service and is returned in `manifest` as it was chosen.
   *
   * @throws ServiceUnavailableError when the process does not come up; what answered before still answers.
   */
  release(
    manifest: ReleaseManifest,
    bundles: ReadonlyMap<Digest, BundleReader>,
    onStep: OnStep,
    signal: AbortSignal
  ): Promise<{ readonly url: string; readonly manifest: ReleaseManifest }>;
  /** Looks at one service; `stopped` when nothing of it runs. Never rejects for a service that does not answer. */
  observe(service: string): Promise<ServiceObservation>;
}
