import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LABEXTENSION, nodePath, pythonProgram } from '../harness/places.js';
import { freePort, startProcess, type TestProcess, waitFor } from '../harness/processes.js';

export interface JupyterLabOptions {
  /** A folder for everything of this JupyterLab: its settings, its data and, in `notebooks/`, its files. */
  readonly folder: string;
  readonly metadataServer: { readonly url: string; readonly port: number; readonly token: string };
  /** Folders with `kernels/` and the like to be found besides ours. */
  readonly jupyterPaths?: readonly string[];
  /** More for the environment of JupyterLab and its kernels. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A running JupyterLab with our extension and the proxy to the metadata server. */
export interface TestJupyterLab {
  /** Address of the page, with its login token. `reset` gives a clean workspace. */
  page(options?: { readonly reset: boolean }): string;
  /** The folder that its file browser shows. */
  readonly files: string;
  readonly process: TestProcess;
}

const LOGIN_TOKEN = 'test-login';

/** Starts JupyterLab in a world of its own: no settings, extensions or kernels of the user. */
export async function startJupyterLab(options: JupyterLabOptions): Promise<TestJupyterLab> {
  const { folder, metadataServer } = options;
  const place = (...parts: string[]): string => path.join(folder, ...parts);
  const files = place('notebooks');
  await Promise.all(
    [
      files,
      place('config'),
      place('settings', '@jupyterlab', 'apputils-extension'),
      place('share', 'labextensions', '@slipway')
    ].map(needed => mkdir(needed, { recursive: true }))
  );
  await symlink(LABEXTENSION, place('share', 'labextensions', '@slipway', 'lab'));
  await writeFile(
    place('config', 'jupyter_server_config.json'),
    JSON.stringify({
      ServerProxy: {
        servers: {
          slipway: {
            port: metadataServer.port,
            request_headers_override: { Authorization: `Bearer ${metadataServer.token}` },
            launcher_entry: { enabled: false }
          }
        }
      }
    })
  );
  await writeFile(
    place('settings', '@jupyterlab', 'apputils-extension', 'notification.jupyterlab-settings'),
    JSON.stringify({ fetchNews: 'false', checkForUpdates: false })
  );
  const port = await freePort();
  const started = startProcess({
    command: pythonProgram('jupyter-lab'),
    args: [
      '--no-browser',
      '--allow-root',
      '--ip=127.0.0.1',
      `--port=${port}`,
      '--ServerApp.port_retries=0',
      `--ServerApp.root_dir=${files}`,
      `--IdentityProvider.token=${LOGIN_TOKEN}`,
      '--LabApp.expose_app_in_browser=True',
      `--LabApp.user_settings_dir=${place('settings')}`,
      `--LabApp.workspaces_dir=${place('workspaces')}`
    ],
    folder: files,
    environment: {
      PATH: `${path.dirname(nodePath())}${path.delimiter}${process.env['PATH'] ?? ''}`,
      HOME: folder,
      JUPYTER_CONFIG_PATH: place('config'),
      JUPYTER_CONFIG_DIR: place('user-config'),
      JUPYTER_DATA_DIR: place('user-data'),
      JUPYTER_RUNTIME_DIR: place('runtime'),
      JUPYTER_PATH: [place('share'), ...(options.jupyterPaths ?? [])].join(path.delimiter),
      SLIPWAY_URL: metadataServer.url,
      SLIPWAY_TOKEN: metadataServer.token,
      ...options.environment
    }
  });
  const base = `http://127.0.0.1:${port}`;
  await waitFor(started, 'JupyterLab', async () => {
    const answer = await fetch(`${base}/api/status?token=${LOGIN_TOKEN}`);
    return answer.ok ? true : null;
  });
  return {
    page: ({ reset } = { reset: true }) => `${base}/lab?token=${LOGIN_TOKEN}${reset ? '&reset' : ''}`,
    files,
    process: started
  };
}
