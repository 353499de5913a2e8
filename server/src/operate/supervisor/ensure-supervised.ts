import { spawn } from 'node:child_process';
import { PROGRAM } from '../../platform/installation.js';
import { ServiceUnavailableError } from '../../platform/errors.js';
import { liveSupervisor } from './supervisor-file.js';

const START_TIMEOUT_MS = 10_000;

/**
 * Ensures that a supervisor runs for the data folder. Where none does (a metadata server that was started by itself),
 * one that keeps only the services is started as a process of its own: services must outlive the metadata server.
 *
 * @throws ServiceUnavailableError when it does not come up within 10 s.
 */
export async function ensureSupervised(dataFolder: string): Promise<void> {
  if (await liveSupervisor(dataFolder)) {
    return;
  }
  const child = spawn(process.execPath, [PROGRAM, 'supervise', '--data', dataFolder], {
    stdio: 'ignore',
    detached: true
  });
  child.unref();
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (await liveSupervisor(dataFolder)) {
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new ServiceUnavailableError('The supervisor of services did not start.', {
    remedy: 'Run `slipway supervise` in a terminal to see the cause.'
  });
}
