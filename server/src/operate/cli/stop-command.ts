import { DataFolder } from '../../platform/data-folder.js';
import { waitUntilGone } from '../../platform/processes.js';
import { dataFolder, parseOptions } from './options.js';
import { serviceProcesses, supervisorProcess } from './processes-of.js';

export const stopHelp = `slipway stop [--data DIR]

Stops the supervisor, the metadata server and the services of a data folder, and waits until they are gone.
`;

const GRACE_MS = 15_000;
const AFTER_KILL_MS = 5000;

/** @returns 0 when nothing runs any more, else 1. */
export async function stopCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, { data: { type: 'string' } });
  const folder = DataFolder.at(dataFolder(options.data));
  // The supervisor goes first: it would restart what is stopped under it.
  const supervisor = await supervisorProcess(folder);
  let stopped = supervisor === undefined || (await stop('supervisor', supervisor));
  const server = await folder.runningServer();
  if (server !== undefined) {
    stopped = (await stop('metadata server', server.pid)) && stopped;
  }
  const services = await serviceProcesses(folder);
  const results = await Promise.all(services.map(service => stop(`service ${service.name}`, service.pid)));
  if (supervisor === undefined && server === undefined && services.length === 0) {
    console.log(`Nothing runs on ${folder.root}.`);
  }
  return stopped && results.every(result => result) ? 0 : 1;
}

async function stop(what: string, pid: number): Promise<boolean> {
  signal(pid, 'SIGTERM');
  if (!(await waitUntilGone(pid, GRACE_MS))) {
    signal(pid, 'SIGKILL');
  }
  const gone = await waitUntilGone(pid, AFTER_KILL_MS);
  console.log(gone ? `Stopped the ${what} (process ${pid}).` : `The ${what} (process ${pid}) does not stop.`);
  return gone;
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It stopped by itself.
  }
}
