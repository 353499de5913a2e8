import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvalidRequestError } from '../errors.js';
import type { BlobStore } from './blob-store.js';
import { LocalBlobStore } from './local-blob-store.js';
import { parseS3Location } from './s3-location.js';

/**
 * The store that an address names: `s3://bucket/folder`, a `file:` URI, or a folder. S3's client is loaded only here.
 *
 * @param incoming folder for uploads that are not yet complete.
 * @throws InvalidRequestError for an address of another kind.
 */
export async function openBlobStore(address: string, incoming: string): Promise<BlobStore> {
  if (address.startsWith('s3:')) {
    const { S3BlobStore } = await import('./s3-blob-store.js');
    return S3BlobStore.open(parseS3Location(address, process.env), incoming);
  }
  const folder = folderOfBlobs(address);
  if (folder === undefined) {
    throw new InvalidRequestError(`Artifacts cannot be kept at '${address}'.`, {
      remedy: 'Name a folder, or a bucket as s3://bucket/folder.'
    });
  }
  return LocalBlobStore.open(folder);
}

/** The folder of this machine's that an address names; undefined for a bucket. */
export function folderOfBlobs(address: string): string | undefined {
  if (address.startsWith('file:')) {
    return fileURLToPath(address);
  }
  return /^[a-z][a-z0-9+.-]+:/i.test(address) ? undefined : path.resolve(address);
}
