import type { ArtifactOwner } from '../artifacts/artifact-tree.js';
import { invalidParameter } from './errors.js';

/** `<experiment>/<run>/artifacts/<path>`, `<experiment>/models/<model>/artifacts/<path>` or `bundles/<digest>/<path>`. */
const BUNDLE = /^bundles\/(?<digest>[0-9a-f]{64})(?:\/(?<path>.*))?$/;
const ROOT =
  /^(?<experiment>\d+)\/(?:models\/(?<model>m-\w+)|(?<run>[a-zA-Z0-9][\w-]{0,255}))\/artifacts(?:\/(?<path>.*))?$/;

/** @throws MlflowError unless the path lies below a run or a logged model. */
export function locate(location: string): { owner: ArtifactOwner; path: string } {
  const bundle = BUNDLE.exec(trimmed(location))?.groups;
  if (bundle !== undefined) {
    return { owner: { kind: 'bundle', digest: bundle['digest'] ?? '' }, path: bundle['path'] ?? '' };
  }
  const found = ROOT.exec(trimmed(location))?.groups;
  if (found === undefined) {
    throw invalidParameter('Invalid path');
  }
  const { model, run = '', path = '' } = found;
  const owner: ArtifactOwner =
    model === undefined ? { kind: 'run', run_id: run } : { kind: 'logged-model', model_id: model };
  return { owner, path };
}

/** Without slashes at its end. */
export function trimmed(path: string): string {
  return path.replace(/\/+$/, '');
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}
