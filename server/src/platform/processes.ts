/** Whether a process with this id runs on this machine, also when it belongs to somebody else. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Waits until the process is gone. @returns false when it still runs after `timeout` milliseconds. */
export async function waitUntilGone(pid: number, timeout: number): Promise<boolean> {
  const deadline = Date.now() + timeout;
  while (isProcessAlive(pid)) {
    if (Date.now() > deadline) {
      return false;
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return true;
}
