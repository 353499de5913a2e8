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
  if (address.startsWith('file:')) {
    return LocalBlobStore.open(fileURLToPath(address));
  }
  if (/^[a-z][a-z0-9+.-]+:/i.test(address)) {
    throw new InvalidRequestError(`Artifacts cannot be kept at '${address}'.`, {
      remedy: 'Name a folder, or a bucket as s3://bucket/folder.'
    });
  }
  return LocalBlobStore.open(path.resolve(address));
}
