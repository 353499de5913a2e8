/** Resolves at the first SIGTERM, SIGINT or SIGHUP; a second SIGINT ends the process at once. */
export function stopSignal(): Promise<void> {
  return new Promise(resolve => {
    const stop = (): void => {
      process.once('SIGINT', () => process.exit(130));
      resolve();
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    process.once('SIGHUP', stop);
  });
}
