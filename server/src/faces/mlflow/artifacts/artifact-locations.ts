import type { ArtifactOwner } from '../../../platform/artifacts/artifact-tree.js';
import { locateArtifact } from '../../../platform/artifacts/artifact-location.js';
import { invalidParameter } from '../errors.js';

/** @throws MlflowError for what is not a relative path. */
export function locate(location: string): { owner: ArtifactOwner; path: string } {
  const located = locateArtifact(location);
  if (located === undefined) {
    throw invalidParameter('Invalid path');
  }
  return located;
}

/** Without slashes at its end. */
export function trimmed(path: string): string {
  return path.replace(/\/+$/, '');
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}
