import { SlipwayError } from '@slipway/notebook';
import { firstLineOf } from '@slipway/wording';

/** Does what reads a file, and says so when it cannot be read. */
export async function read<T>(named: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SlipwayError) {
      throw error;
    }
    const sentence = firstLineOf(error);
    throw new SlipwayError('DATA_UNREADABLE', `"${named}" cannot be read. ${sentence}`, { cause: error });
  }
}
