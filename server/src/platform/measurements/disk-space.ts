import { stat, statfs } from 'node:fs/promises';
import path from 'node:path';

export interface DiskSpace {
  /** Bytes that this process may still write. */
  readonly free: number;
  /** The same for all folders of one file system. */
  readonly device: number;
}

/** Of the file system that a folder is in, or will be in when it is made. */
export async function diskSpace(folder: string): Promise<DiskSpace> {
  for (let place = path.resolve(folder); ; place = path.dirname(place)) {
    try {
      const [{ bavail, bsize }, { dev }] = await Promise.all([statfs(place), stat(place)]);
      return { free: bavail * bsize, device: dev };
    } catch (error) {
      if (place === path.dirname(place)) {
        throw error;
      }
    }
  }
}
