import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { SlipwayError, temporaryFolder } from '@slipway/notebook';

/** An object that was fetched. */
export interface FetchedObject {
  readonly file: string;
  /** `s3://bucket/key`. */
  readonly named: string;
}

export interface FetchedObjects {
  readonly objects: readonly FetchedObject[];
  remove(): Promise<void>;
}

export function isS3Address(named: string): boolean {
  return /^s3:\/\//i.test(named);
}

/**
 * Fetches an object of a bucket, or all whose keys match a pattern (`s3://bucket/days/*.csv`; ** matches any folders),
 * in the order of their keys. Server, region and credentials come from where every AWS tool finds them: environment
 * (AWS_ENDPOINT_URL_S3, AWS_REGION, AWS_ACCESS_KEY_ID …), profile, or the role of the machine.
 *
 * @throws SlipwayError DATA_NOT_FOUND when there is no such object, DATA_UNREADABLE when the server refuses or is away;
 * the signal's reason when it is aborted.
 */
export async function fetchObjects(address: string, signal: AbortSignal): Promise<FetchedObjects> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/i.exec(address) ?? [];
  if (key === '') {
    throw new SlipwayError('DATA_NOT_FOUND', `"${address}" names no object of a bucket.`, {
      remedy: 'Write s3://bucket/folder/file.csv.'
    });
  }
  const s3 = await import('@aws-sdk/client-s3');
  const client = new s3.S3Client(settings(process.env));
  const folder = await temporaryFolder('s3');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const isPattern = /[*?]/.test(key);
    const keys = isPattern
      ? await matchingKeys(client, bucket, key, input => new s3.ListObjectsV2Command(input), signal)
      : [key];
    if (keys.length === 0) {
      throw new SlipwayError('DATA_NOT_FOUND', `No object matches "${address}".`, {
        remedy: '* matches any part of a name, ** for any folders.'
      });
    }
    const objects: FetchedObject[] = [];
    for (const [i, each] of keys.entries()) {
      const { Body } = await client.send(new s3.GetObjectCommand({ Bucket: bucket, Key: each }), {
        abortSignal: signal
      });
      const file = path.join(folder, `${i}${path.posix.extname(each)}`);
      await pipeline(Body as Readable, createWriteStream(file), { signal });
      objects.push({ file, named: `s3://${bucket}/${each}` });
    }
    return { objects, remove };
  } catch (error) {
    await remove();
    if (signal.aborted) {
      throw signal.reason;
    }
    throw error instanceof SlipwayError ? error : refusal(address, error);
  } finally {
    client.destroy();
  }
}

type Listing = { Bucket: string; Prefix: string; ContinuationToken?: string | undefined };

async function matchingKeys(
  client: S3Client,
  bucket: string,
  pattern: string,
  command: (input: Listing) => ListObjectsV2Command,
  signal: AbortSignal
): Promise<string[]> {
  const prefix = pattern.slice(0, pattern.search(/[*?]/));
  const matches = expressionOf(pattern);
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }), {
      abortSignal: signal
    });
    keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key).filter(key => matches.test(key)));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys.sort();
}

function expressionOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*|\?/g, mark => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*' })[mark] ?? '[^/]');
  return new RegExp(`^${source}$`);
}

function settings(environment: NodeJS.ProcessEnv): {
  endpoint?: string;
  forcePathStyle?: boolean;
  region: string;
} {
  const endpoint =
    environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'] ?? environment['MLFLOW_S3_ENDPOINT_URL'];
  return {
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    region: environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1'
  };
}

function refusal(address: string, error: unknown): SlipwayError {
  const { name = '', message = String(error) } = error as { name?: string; message?: string };
  if (/NoSuchKey|NoSuchBucket|NotFound/.test(name)) {
    return new SlipwayError('DATA_NOT_FOUND', `There is no object "${address}".`, {
      remedy: 'Check bucket and key; S3 tells capital letters from small ones.',
      cause: error
    });
  }
  return new SlipwayError('DATA_UNREADABLE', `"${address}" cannot be read: ${message || name}.`, {
    remedy: 'Check the credentials (AWS_ACCESS_KEY_ID, AWS_PROFILE) and the server (AWS_ENDPOINT_URL_S3, AWS_REGION).',
    cause: error
  });
}
