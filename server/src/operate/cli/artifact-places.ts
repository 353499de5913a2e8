import path from 'node:path';
import type { ArtifactPlaces } from '../../app.js';
import { OWN_ARTIFACTS } from '../../platform/store/artifact-root.js';

/**
 * Reads the places of artifacts as `mlflow server` does: from its options, else from the variables of the same name.
 *
 * @param destination `--artifacts-destination`
 * @param root `--default-artifact-root`
 */
export function artifactPlaces(
  destination = process.env['MLFLOW_ARTIFACTS_DESTINATION'],
  root = process.env['MLFLOW_DEFAULT_ARTIFACT_ROOT']
): ArtifactPlaces {
  return { destination: destination === '' ? undefined : destination, defaultRoot: clientRoot(root) };
}

/** A plain folder means the same to every client only when it is absolute. */
function clientRoot(root: string | undefined): string | undefined {
  if (root === undefined || root === '' || root.startsWith(OWN_ARTIFACTS)) {
    return undefined;
  }
  return /^[a-z][a-z0-9+.-]+:/i.test(root) ? root.replace(/\/+$/, '') : path.resolve(root);
}
