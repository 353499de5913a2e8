import { BINARY_MIME_TYPE, type CellOutput, type Environment, type StoredContent } from '@slipway/contract';
import type { BlobStore } from '../../platform/artifacts/blob-store.js';
import type { Store } from '../../platform/store/store.js';

/** Longer contents are kept as blobs, so that lists stay light and the same image is stored once. */
const LONGEST_INLINE = 32_768;

/** Keeps what is long in the records of a session apart, by its hash. */
export class LargeContents {
  constructor(
    private readonly store: Store,
    private readonly blobs: BlobStore
  ) {}

  /** The outputs of a cell with their long contents replaced by the names of blobs. */
  keepOutputs(session_id: string, outputs: readonly CellOutput[]): Promise<CellOutput[]> {
    return Promise.all(outputs.map(output => this.#keepOutput(session_id, output)));
  }

  async #keepOutput(session_id: string, output: CellOutput): Promise<CellOutput> {
    if (output.output_type === 'stream' || output.output_type === 'error') {
      return output;
    }
    const data: Record<string, unknown> = {};
    const blobs: Record<string, StoredContent> = { ...output.blobs };
    for (const [type, content] of Object.entries(output.data)) {
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      if (text.length <= LONGEST_INLINE) {
        data[type] = content;
      } else {
        blobs[type] = await this.#put(session_id, Buffer.from(text, BINARY_MIME_TYPE.test(type) ? 'base64' : 'utf8'));
      }
    }
    return Object.keys(blobs).length === 0 ? { ...output, data } : { ...output, data, blobs };
  }

  /** The environment with the difference to its commit replaced by the name of a blob. */
  async keepEnvironment(session_id: string, environment: Environment | null): Promise<Environment | null> {
    const git = environment?.git;
    if (!environment || git?.diff === undefined) {
      return environment;
    }
    const { diff, ...rest } = git;
    return { ...environment, git: { ...rest, diff_blob: await this.#put(session_id, Buffer.from(diff)) } };
  }

  async #put(session_id: string, bytes: Buffer): Promise<StoredContent> {
    const { sha256, size } = await this.blobs.put(oneChunk(bytes));
    await this.store.writes
      .insertInto('session_blob')
      .values({ session_id, sha256 })
      .onConflict(conflict => conflict.doNothing())
      .execute();
    return { sha256, size };
  }
}

async function* oneChunk(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
