import type { InterruptFlags } from './flags.js';

/** How often code is interrupted that keeps a kernel from ending. */
const RETRY_MS = 500;

/**
 * Repeats a request to end until the main thread has recorded the end of the session: code that goes on after the first
 * interrupt, such as a timer's, may begin another loop, and terminating a loop may take the request with it.
 */
export function repeatUntilEnding(flags: InterruptFlags, request: () => void): void {
  const retry = setInterval(() => {
    if (flags.isEnding) {
      clearInterval(retry);
    } else {
      request();
    }
  }, RETRY_MS);
  retry.unref();
}

/** Kills the process if it is still there after `withinMs`: a loop that began after the session's end keeps it alive. */
export function killUnlessEnded(withinMs: number): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), withinMs);
}
