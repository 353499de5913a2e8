import inspector from 'node:inspector';
import type { InterruptFlags } from './flags.js';

/** How long the main thread has to answer a SIGINT before its running code is terminated. */
const GRACE_MS = 300;

/**
 * Interrupts the main thread from the side thread. SIGINT ends the first synchronous part of a cell (vm's own watch) and
 * is seen by the main thread when its event loop turns; a loop that gives neither a chance is terminated.
 */
export function interruptMainThread(flags: InterruptFlags, onLoopStopped: () => void): void {
  const handledBefore = flags.handled;
  process.kill(process.pid, 'SIGINT');
  setTimeout(() => {
    if (flags.handled !== handledBefore || !flags.inUserCode) return;
    const session = new inspector.Session();
    session.connectToMainThread();
    session.post('Runtime.terminateExecution', () => session.disconnect());
    onLoopStopped();
  }, GRACE_MS);
}
