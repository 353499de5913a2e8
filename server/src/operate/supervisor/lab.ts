import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_PROGRAMS } from '../../platform/installation.js';
import type { ProcessSpec } from './supervised-process.js';

/** Where npm puts the command `slipway`. */

export interface LabOptions {
  /** Folder that JupyterLab shows. */
  readonly directory: string;
  readonly dataFolder: string;
  /** Folder of the private Python environment. */
  readonly python: string;
  readonly port: number;
  readonly labToken: string;
  readonly server: { readonly port: number; readonly token: string };
}

/** File name of a program in the Python environment. */
export function pythonProgram(environment: string, name: string): string {
  const windows = path.join(environment, 'Scripts', `${name}.exe`);
  return existsSync(windows) ? windows : path.join(environment, 'bin', name);
}

/**
 * How JupyterLab is started: our labextension and kernelspec come with the Python environment, the proxy entry to the
 * metadata server from a configuration folder of ours, and kernels find the server (and the mlflow client finds it) by
 * their environment.
 */
export function labProcess(options: LabOptions): ProcessSpec {
  const { directory, dataFolder, python, port, server } = options;
  const configFolder = path.join(dataFolder, 'jupyter');
  writeConfig(configFolder, options);
  const url = `http://127.0.0.1:${server.port}`;
  const inherited = process.env['JUPYTER_CONFIG_PATH'];
  return {
    name: 'JupyterLab',
    command: pythonProgram(python, 'python'),
    // As a module: the scripts of an environment hold its path, and break in folders with odd names.
    args: [
      '-m',
      'jupyterlab',
      '--no-browser',
      `--port=${port}`,
      '--ServerApp.port_retries=0',
      '--ip=127.0.0.1',
      `--ServerApp.root_dir=${directory}`,
      ...(process.getuid?.() === 0 ? ['--allow-root'] : [])
    ],
    env: {
      ...process.env,
      JUPYTER_CONFIG_PATH: inherited ? `${configFolder}${path.delimiter}${inherited}` : configFolder,
      JUPYTER_RUNTIME_DIR: path.join(configFolder, 'runtime'),
      JUPYTERLAB_WORKSPACES_DIR: path.join(configFolder, 'workspaces'),
      // The environment's own programs (jupyter, python3) before any other of the machine, and `slipway` for notebooks.
      PATH: [path.dirname(pythonProgram(python, 'python')), PACKAGE_PROGRAMS, process.env['PATH'] ?? ''].join(
        path.delimiter
      ),
      VIRTUAL_ENV: python,
      SLIPWAY_DATA: dataFolder,
      SLIPWAY_URL: url,
      SLIPWAY_TOKEN: server.token,
      MLFLOW_TRACKING_URI: url,
      MLFLOW_TRACKING_TOKEN: server.token
    },
    cwd: directory,
    logFile: path.join(dataFolder, 'logs', 'jupyterlab.log')
  };
}

/** Written at each start: token and ports are those of now. Readable by its owner only, as it holds both tokens. */
function writeConfig(folder: string, options: LabOptions): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const config = {
    IdentityProvider: { token: options.labToken },
    LabApp: { news_url: null, check_for_updates_class: 'jupyterlab.handlers.announcements.NeverCheckForUpdate' },
    ServerProxy: {
      servers: {
        slipway: {
          port: options.server.port,
          request_headers_override: { Authorization: `Bearer ${options.server.token}` },
          launcher_entry: { enabled: false }
        }
      }
    }
  };
  writeFileSync(path.join(folder, 'jupyter_server_config.json'), JSON.stringify(config, null, 1), { mode: 0o600 });
}
