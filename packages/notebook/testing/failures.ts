import { SlipwayError } from '../src/errors/errors.js';

/** The error that a call ends with. @throws Error when it ends well, or with an error that is not ours. */
export async function failureOf(call: Promise<unknown>): Promise<SlipwayError> {
  const error: unknown = await call.then(
    () => null,
    (e: unknown) => e
  );
  if (error instanceof SlipwayError) {
    return error;
  }
  throw new Error('No SlipwayError was thrown.', { cause: error });
}
