import { ServerConnection } from '@jupyterlab/services';
import { URLExt } from '@jupyterlab/coreutils';
import type { Transport } from '@slipway/client';

/**
 * Sends requests to JupyterLab's own server, whose proxy passes `slipway/…` on to the metadata server and adds its token.
 * This way it works behind JupyterHub and on a remote machine too.
 */
export function sameOriginTransport(settings: ServerConnection.ISettings): Transport {
  const base = URLExt.join(settings.baseUrl, 'slipway');
  return (path, init) =>
    // The default `no-store` makes JupyterLab add a cache-busting number to the query, which our routes do not know.
    ServerConnection.makeRequest(base + path, { ...init, cache: 'no-cache' }, settings);
}
