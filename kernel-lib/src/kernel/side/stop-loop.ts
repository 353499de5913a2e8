import inspector from 'node:inspector';
import type { InterruptFlags } from './flags.js';

/**
 * How long the main thread has to answer a SIGINT before its running code is terminated: in turns, so that on a starved
 * machine both threads get the processor in between. A termination that meets no loop would hit the kernel's own code.
 */
const GRACE_TURNS = 10;
const TURN_MS = 30;
/** Code that must not be terminated, the compiler's, is waited for. */
const RETRY_MS = 50;

/**
 * Interrupts the main thread from the side thread. SIGINT ends the first synchronous part of a cell (vm's own watch) and
 * is seen by the main thread when its event loop turns; a loop that gives neither a chance is terminated.
 */
export function interruptMainThread(flags: InterruptFlags, onLoopStopped: () => void): void {
  const handledBefore = flags.handled;
  const stopLoop = (turns: number): void => {
    if (flags.handled !== handledBefore || flags.isEnding) {
      return;
    }
    if (turns > 0) {
      setTimeout(() => stopLoop(turns - 1), TURN_MS);
      return;
    }
    if (flags.isProtected) {
      setTimeout(() => stopLoop(0), RETRY_MS);
      return;
    }
    const session = new inspector.Session();
    session.connectToMainThread();
    session.post('Runtime.terminateExecution', () => session.disconnect());
    onLoopStopped();
  };
  process.kill(process.pid, 'SIGINT');
  stopLoop(GRACE_TURNS);
}
