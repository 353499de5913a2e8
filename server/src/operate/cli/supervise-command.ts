import path from 'node:path';
import { liveSupervisor } from '../supervisor/supervisor-file.js';
import { Supervisor } from '../supervisor/supervisor.js';
import { dataFolder, parseOptions } from './options.js';
import { stopSignal } from './stop-signal.js';

export const superviseHelp = `slipway supervise [--data DIR]

Keeps the promoted services of a data folder running, until it is stopped. \`npm start\` does this by itself, and so does
the metadata server at the first promotion.
`;

/** @returns the exit code, once it was stopped. */
export async function superviseCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, { data: { type: 'string' } });
  const folder = path.resolve(dataFolder(options.data));
  const other = await liveSupervisor(folder);
  if (other) {
    console.error(`Process ${other.pid} already keeps the services of ${folder}.`);
    return 1;
  }
  const stopped = stopSignal();
  const supervisor = new Supervisor({ dataFolder: folder, say: line => console.log(line) });
  await supervisor.begin();
  console.log(`Keeping the services of ${folder} (process ${process.pid}).`);
  await stopped;
  await supervisor.stop();
  return 0;
}
