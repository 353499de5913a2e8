import { readFile, writeFile } from 'node:fs/promises';
import { InvalidStateError } from '../errors.js';

/**
 * Takes something for this process, by a lock of the operating system's that SQLite takes for us: it ends with its
 * process, however that ends.
 *
 * @param file made when it is not there; `<file>.pid` beside it says who has the lock.
 * @param what is locked, and what to do when another has it.
 * @returns gives it back.
 * @throws InvalidStateError that names the process that has it.
 */
export async function exclusiveLock(
  file: string,
  what: { readonly place: string; readonly remedy: string }
): Promise<() => Promise<void>> {
  const { DatabaseSync } = await import('node:sqlite');
  const pidFile = `${file}.pid`;
  const lock = new DatabaseSync(file);
  try {
    lock.exec('pragma busy_timeout = 0; begin exclusive');
  } catch (cause) {
    lock.close();
    const holder = (await readFile(pidFile, 'utf8').catch(() => '')).trim();
    const who = holder === '' ? '' : ` (process ${holder})`;
    throw new InvalidStateError(`A Slipway server${who} already works on ${what.place}.`, {
      remedy: what.remedy,
      cause
    });
  }
  // Only for the message above: a full disk does not keep a server from its work.
  await writeFile(pidFile, String(process.pid), { mode: 0o600 }).catch(() => undefined);
  return async () => lock.close();
}
