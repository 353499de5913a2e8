import type { Revision } from '@slipway/contract';
import type { ServiceFolder } from '@slipway/service-folder';

/** What was counted is on the disk after this time. */
const SAVE_AFTER_MS = 1000;

/**
 * Requests that each version answered with success. They outlast the process: after a restart, or when a version is restored,
 * the count goes on.
 */
export class RequestCounts {
  readonly #folder: Pick<ServiceFolder, 'readRequests' | 'writeRequests'>;
  readonly #counts: Map<string, number>;
  #saving: NodeJS.Timeout | undefined;

  private constructor(folder: Pick<ServiceFolder, 'readRequests' | 'writeRequests'>, counts: Map<string, number>) {
    this.#folder = folder;
    this.#counts = counts;
  }

  static async open(folder: Pick<ServiceFolder, 'readRequests' | 'writeRequests'>): Promise<RequestCounts> {
    return new RequestCounts(folder, new Map(Object.entries(await folder.readRequests())));
  }

  add(revision: Revision): void {
    const key = keyOf(revision);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#saving ??= setTimeout(() => void this.save(), SAVE_AFTER_MS).unref();
  }

  /** Of these versions together. */
  of(revisions: readonly Revision[]): number {
    return revisions.reduce((sum, revision) => sum + (this.#counts.get(keyOf(revision)) ?? 0), 0);
  }

  /** A count that cannot be written is written with the next one: the request is answered all the same. */
  async save(): Promise<void> {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    await this.#folder.writeRequests(Object.fromEntries(this.#counts)).catch(() => undefined);
  }
}

function keyOf({ model, version }: Revision): string {
  return `${model} ${version}`;
}
