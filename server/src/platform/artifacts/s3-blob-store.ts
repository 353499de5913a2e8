import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NotFound,
  NoSuchKey,
  S3Client,
  S3ServiceException
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { ServiceUnavailableError } from '../errors.js';
import { ArrivingFiles } from './arriving-file.js';
import {
  nameOfBlob,
  unknownBlob,
  type BlobStore,
  type ByteRange,
  type OpenedBlob,
  type PutOptions,
  type StoredBlob
} from './blob-store.js';
import type { S3Location } from './s3-location.js';
import { verify, VerifiedContent } from './verified-content.js';

/** S3 allows 10 000 parts: with these a file of 156 GiB passes. */
const PART_BYTES = 16 * 1024 * 1024;

/**
 * Blobs as objects `<prefix>/ab/cdef…` of a bucket, by S3's API. Credentials and region come from where every AWS tool
 * finds them: environment, profile, or the role of the machine. An upload rests in a local file until its hash is known.
 */
export class S3BlobStore implements BlobStore {
  readonly #client: S3Client;
  readonly #location: S3Location;
  readonly #arriving: ArrivingFiles;

  private constructor(client: S3Client, location: S3Location, arriving: ArrivingFiles) {
    this.#client = client;
    this.#location = location;
    this.#arriving = arriving;
  }

  /** @param incoming folder for uploads under way. */
  static async open(location: S3Location, incoming: string): Promise<S3BlobStore> {
    const client = new S3Client({
      ...(location.endpoint === undefined ? {} : { endpoint: location.endpoint, forcePathStyle: true }),
      region: location.region,
      // Blobs are checked by their own hash; many S3 servers do not know the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED'
    });
    return new S3BlobStore(client, location, await ArrivingFiles.open(incoming));
  }

  put(content: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredBlob> {
    return this.#arriving.receive(content, options, async ({ path, sha256, size }) => {
      const existed = (await this.size(sha256)) === size;
      if (!existed) {
        await this.#answered(
          new Upload({
            client: this.#client,
            params: { ...this.#object(sha256), Body: createReadStream(path) },
            partSize: PART_BYTES,
            queueSize: 2
          }).done()
        );
      }
      return { sha256, size, existed };
    });
  }

  async size(sha256: string): Promise<number | undefined> {
    const object = this.#object(sha256);
    try {
      return (await this.#answered(this.#client.send(new HeadObjectCommand(object)))).ContentLength;
    } catch (error) {
      if (isAbsent(error)) {
        return undefined;
      }
      throw error;
    }
  }

  async read(sha256: string): Promise<Buffer> {
    const { body } = await this.#get(sha256);
    const chunks: Buffer[] = [];
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
    }
    return verify(sha256, Buffer.concat(chunks));
  }

  async open(sha256: string, range?: ByteRange): Promise<OpenedBlob> {
    const { body, size } = await this.#get(sha256, range);
    const stream = range === undefined ? pipeline(body, new VerifiedContent(sha256), () => undefined) : body;
    return { size, stream };
  }

  async remove(sha256: string): Promise<void> {
    await this.#answered(this.#client.send(new DeleteObjectCommand(this.#object(sha256))));
  }

  async #get(sha256: string, range?: ByteRange): Promise<{ body: Readable; size: number }> {
    const object = this.#object(sha256);
    const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end}`;
    try {
      const answer = await this.#answered(this.#client.send(new GetObjectCommand({ ...object, Range })));
      const total = Number(answer.ContentRange?.split('/')[1] ?? answer.ContentLength ?? 0);
      // In Node the body is always a stream of Node's.
      return { body: answer.Body as Readable, size: total };
    } catch (error) {
      throw isAbsent(error) ? unknownBlob(sha256) : error;
    }
  }

  #object(sha256: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.#location;
    return { Bucket: bucket, Key: prefix + nameOfBlob(sha256) };
  }

  /** Whatever keeps the object store from answering is reported to the operator with the bucket's name. */
  async #answered<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (cause) {
      if (isAbsent(cause)) {
        throw cause;
      }
      const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
      throw new ServiceUnavailableError(`The artifact store s3://${this.#location.bucket} did not serve (${what}).`, {
        remedy: 'Check its address, the bucket and the credentials that the server was started with.',
        cause
      });
    }
  }
}

/** A missing bucket is not a missing object. */
function isAbsent(error: unknown): boolean {
  return (
    error instanceof NotFound ||
    error instanceof NoSuchKey ||
    (error instanceof S3ServiceException && error.name === 'NotFound')
  );
}
