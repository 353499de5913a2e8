import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs';
import { notebook, SlipwayError, temporaryFolder } from '@slipway/notebook';
import { writeState } from '../train/checkpoint.js';
import type { ResumedState } from '../train/kept-state.js';
import { FittedPrep } from '../prep/prep.js';
import { StoredModel } from './stored-model.js';
import type { ResumedSettings } from './network-checkpoint.js';

/** From where a training goes on. */
export interface ResumeOptions {
  readonly checkpoint?: string;
  readonly resume?: boolean | StoredModel;
}

/**
 * The state that a training goes on from; null when it begins anew.
 *
 * @throws SlipwayError as `StoredModel.checkpoint`.
 */
export async function resumedFrom({ checkpoint, resume }: ResumeOptions): Promise<ResumedState | null> {
  if (resume instanceof StoredModel) {
    const { state } = await resume.checkpoint();
    const folder = await temporaryFolder('training');
    const file = path.join(folder, 'state');
    writeState(file, state);
    return { file, name: `of ${resume.reference}`, drop: () => rm(folder, { recursive: true, force: true }) };
  }
  if (!resume || checkpoint === undefined) {
    return null;
  }
  const file = path.resolve(notebook().directory, checkpoint);
  return { file, name: file, drop: async () => undefined };
}

/** A stored network as it was when its training ended, and what the training that goes on has to do in the same way. */
export interface Continued {
  readonly network: LayersModel;
  readonly settings: ResumedSettings;
  /** The preprocessing with the numbers of its training rows; null where rows are tensors. */
  readonly prep: FittedPrep | null;
}

/**
 * @param epochs of the training in all; undefined for as many as a training has that says nothing of them.
 * @throws SlipwayError MODEL_MISSING as `StoredModel.network`; OPTION_INVALID when it was trained for so many epochs already.
 */
export async function continued(model: StoredModel, epochs: number | undefined): Promise<Continued> {
  const { state, settings, inputs } = await model.checkpoint();
  if (epochs !== undefined && epochs <= state.epoch) {
    throw new SlipwayError(
      'OPTION_INVALID',
      `The network of ${model.reference} was trained for ${state.epoch} epochs already.`,
      {
        remedy: `epochs counts from the beginning: give more than ${state.epoch}.`
      }
    );
  }
  return { network: await model.network(), settings, prep: inputs instanceof FittedPrep ? inputs : null };
}
