/** A terminal sends Ctrl-C to a whole group of processes, and a parent among them passes it on: that is one wish, not two. */
const SAME_WISH_MS = 500;

/** Resolves at the first SIGTERM, SIGINT or SIGHUP; a second SIGINT, some time later, ends the process at once. */
export function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    let first: number | undefined;
    const stop = (signal: NodeJS.Signals): void => {
      const now = performance.now();
      first ??= now;
      if (signal === 'SIGINT' && now - first > SAME_WISH_MS) {
        process.exit(130);
      }
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    process.on('SIGHUP', stop);
  });
}
