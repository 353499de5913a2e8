import type { BackendChoice } from '../../backend/choose.js';
import type { SlipwayErrorCode } from '@slipway/notebook';
import type { LearningSettings, TrainingData } from '../train-compiled.js';
import type { PortableNetwork } from './portable-network.js';

/** What the notebook tells the training process. */
export type ToTrainingProcess =
  | {
      readonly kind: 'train';
      readonly network: PortableNetwork;
      readonly data: TrainingData;
      readonly settings: LearningSettings;
      readonly backend: string | undefined;
    }
  | { readonly kind: 'stop' };

/** How the steps of a training were executed. */
export interface StepSummary {
  readonly mode: string;
  readonly reason: string | null;
}

/** What the training process tells the notebook. */
export type FromTrainingProcess =
  /** The network could be built and the backend is known. */
  | { readonly kind: 'began'; readonly backend: BackendChoice }
  /** The network cannot be built in another process. */
  | { readonly kind: 'cannot-build'; readonly reason: string }
  | { readonly kind: 'resumed'; readonly epoch: number }
  | { readonly kind: 'epoch'; readonly epoch: number; readonly logs: Readonly<Record<string, number>> }
  | {
      readonly kind: 'finished';
      readonly epochs: number;
      readonly weights: PortableNetwork['weights'];
      readonly step: StepSummary | null;
    }
  | { readonly kind: 'failed'; readonly message: string; readonly code: SlipwayErrorCode | null };
