import { RelativePath } from '@slipway/contract';
import type { ArtifactOwner } from './artifact-tree.js';

/** `<experiment>/<run>/artifacts/<path>`, `<experiment>/models/<model>/artifacts/<path>` or `bundles/<digest>/<path>`. */
const BUNDLE = /^bundles\/(?<digest>[0-9a-f]{64})(?:\/(?<path>.*))?$/;
const ROOT =
  /^(?<experiment>\d+)\/(?:models\/(?<model>m-\w+)|(?<run>[a-zA-Z0-9][\w-]{0,255}))\/artifacts(?:\/(?<path>.*))?$/;

/**
 * Whose file a location in this server's artifacts names. The experiment in it is not looked at: a run and a logged model
 * are found by their ids.
 *
 * @returns the place of a shared file for every other relative path; undefined when it is not such a path.
 */
export function locateArtifact(location: string): { owner: ArtifactOwner; path: string } | undefined {
  const trimmed = location.replace(/\/+$/, '');
  const bundle = BUNDLE.exec(trimmed)?.groups;
  if (bundle !== undefined) {
    return { owner: { kind: 'bundle', digest: bundle['digest'] ?? '' }, path: bundle['path'] ?? '' };
  }
  const found = ROOT.exec(trimmed)?.groups;
  if (found === undefined) {
    const isPath = trimmed === '' || RelativePath.safeParse(trimmed).success;
    return isPath ? { owner: { kind: 'shared' }, path: trimmed } : undefined;
  }
  const { model, run = '', path = '' } = found;
  const owner: ArtifactOwner =
    model === undefined ? { kind: 'run', run_id: run } : { kind: 'logged-model', model_id: model };
  return { owner, path };
}
