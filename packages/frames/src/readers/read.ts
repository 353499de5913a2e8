import { SlipwayError } from '@slipway/notebook';

/** Does what reads a file, and says so when it cannot be read. */
export async function read<T>(named: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SlipwayError) throw error;
    const sentence = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    throw new SlipwayError('DATA_UNREADABLE', `"${named}" cannot be read. ${sentence}`, { cause: error });
  }
}
