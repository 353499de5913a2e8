import type { ModelVersion } from '@slipway/contract';
import { RefusedError, type SlipwayClient } from '@slipway/client';

/** Number of the newest versions that are searched for one of the notebook. */
const LOOKED_AT = 30;

/**
 * The newest model version whose run came from this notebook; null when it registered none.
 *
 * @param path the notebook's path as JupyterLab names it.
 * @throws as the client does.
 */
export async function newestVersionOf(path: string, client: Pick<SlipwayClient, 'call'>): Promise<ModelVersion | null> {
  const { models } = await client.call('listModels', {});
  const newestFirst = models
    .flatMap(({ versions }) => versions)
    .sort((one, other) => other.created_at - one.created_at)
    .slice(0, LOOKED_AT);
  const sources = new Map<string, Promise<string>>();
  for (const version of newestFirst) {
    if (version.run_id === null) {
      continue;
    }
    const source = sources.get(version.run_id) ?? sourceOf(version.run_id, client);
    sources.set(version.run_id, source);
    if (isSameNotebook(await source, path)) {
      return version;
    }
  }
  return null;
}

async function sourceOf(run_id: string, client: Pick<SlipwayClient, 'call'>): Promise<string> {
  try {
    return (await client.call('getRun', { params: { run_id } })).source;
  } catch (reason) {
    if (reason instanceof RefusedError && reason.code === 'NOT_FOUND') {
      return '';
    }
    throw reason;
  }
}

/** Kernels may know a notebook by its absolute path, JupyterLab by the path below the folder it was started in. */
export function isSameNotebook(source: string, path: string): boolean {
  const one = source.replaceAll('\\', '/');
  return path !== '' && (one === path || one.endsWith(`/${path}`));
}
