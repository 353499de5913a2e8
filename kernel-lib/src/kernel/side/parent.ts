const CHECK_MS = 1000;
/** The main thread ends by itself when it can; a busy loop keeps it from that. */
const GRACE_MS = 5000;

/** Ends the process when the front end that started it is gone: from the side thread, because a cell may be busy. */
export function endWithParent(): void {
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) {
      return;
    }
    clearInterval(check);
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS);
  }, CHECK_MS);
}
