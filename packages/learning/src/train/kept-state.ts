import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { notebook, temporaryFolder } from '@slipway/notebook';
import { readState, type CheckpointPlace, type TrainingState } from './checkpoint.js';
import type { TrainingData } from './train-compiled.js';

/** A state to go on from: its file, what messages call it, and how it is deleted if it was made for this training only. */
export interface ResumedState {
  readonly file: string;
  readonly name: string;
  drop(): Promise<void>;
}

/** What decides where the state of a training is written to, and which trainings may go on from it. */
export interface StateSettings {
  readonly batchSize: number;
  readonly seed: number;
  readonly patience: number;
  readonly checkpoint?: string | undefined;
  readonly from?: ResumedState | null;
  readonly state?: 'kept' | 'dropped';
}

/** The state of a training on its way to those who want to go on from it. */
export interface KeptState {
  readonly place: CheckpointPlace;
  /** The state at the end of the training, once; null when it ended before its first epoch. */
  read(): Promise<TrainingState | null>;
  /** Deletes what is only there to be read. */
  drop(): Promise<void>;
}

/**
 * Where a training writes its state: the file that the user names, else a temporary one that is gone when it has been read; null
 * where nobody wants it.
 */
export async function keptState(settings: StateSettings, data: TrainingData): Promise<KeptState | null> {
  const { checkpoint, from: resumed = null, state = 'dropped' } = settings;
  const from = resumed && { file: resumed.file, name: resumed.name };
  if (checkpoint !== undefined) {
    const training = identityOf(settings, data);
    const file = path.resolve(notebook().directory, checkpoint);
    return {
      place: { file, training, from, written: 'each epoch' },
      read: async () => {
        // The file may be of a training before this one.
        const found = existsSync(file) ? readState(file) : null;
        return found?.training === training ? found : null;
      },
      drop: async () => resumed?.drop()
    };
  }
  if (state === 'dropped' && from === null) {
    return null;
  }
  const folder = await temporaryFolder('training');
  const file = path.join(folder, 'state');
  // A hash of all rows takes its time, which a training that begins anew need not wait for.
  const training = from === null ? '' : identityOf(settings, data);
  return {
    place: { file, training, from, written: 'at times' },
    read: async () => {
      const written = [file, from?.file ?? file].find(each => existsSync(each));
      const found = written === undefined ? null : readState(written);
      return found && { ...found, training: training || identityOf(settings, data) };
    },
    drop: async () => {
      await rm(folder, { recursive: true, force: true });
      await resumed?.drop();
    }
  };
}

/** What the rows and their order depend on. */
function identityOf({ batchSize, seed, patience }: StateSettings, { x, y }: TrainingData): string {
  const hash = createHash('sha256').update(JSON.stringify({ batchSize, seed, patience }));
  return hash.update(x).update(y).digest('hex');
}
