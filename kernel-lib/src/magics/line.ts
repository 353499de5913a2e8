import type { Dispatcher } from './commands.js';

/** A magic line that cannot run. */
export class MagicError extends Error {
  override readonly name = 'MagicError';
  readonly code = 'MAGIC_UNAVAILABLE';
}

/**
 * Runs one magic line: loads the library's dispatcher at the first use, so that a notebook without magics never pays
 * for it.
 *
 * @throws MagicError when the library in this installation has no dispatcher; whatever the command throws.
 */
export async function runLine(line: string, cellBody?: string): Promise<void> {
  const { dispatch } = await loadDispatcher();
  await dispatch(line, cellBody);
}

async function loadDispatcher(): Promise<Dispatcher> {
  try {
    return await import('./dispatch.js');
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    if (!isMissing) {
      throw cause;
    }
    throw new MagicError('%slip lines are not available: the slipway library is not complete here. Build it again.', {
      cause
    });
  }
}
