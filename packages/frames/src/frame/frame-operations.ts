import type { ArrowTable } from '../engine/arrow.js';
import type { Batch, BatchOptions, TensorDataset } from './batches.js';
import type { JoinOptions } from './combine.js';
import type { Frame } from './frame.js';
import type { SampleOptions } from './look.js';
import type { Split, SplitOptions } from './split.js';

/** What a frame offers and others do: those know frames, and frames do not know them. */
export interface FrameOperations {
  warnOfUnmatched(before: Frame, derived: Frame, name: string, expression: string): Promise<void>;
  head(frame: Frame, count: number): Promise<Frame>;
  sample(frame: Frame, count: number, options: SampleOptions): Promise<Frame>;
  describe(frame: Frame): Promise<Frame>;
  join(left: Frame, right: Frame, options: JoinOptions): Promise<Frame>;
  group(frame: Frame, by: readonly string[], aggregates: Readonly<Record<string, string>>): Promise<Frame>;
  split(frame: Frame, options: SplitOptions): Promise<Split>;
  batches(frame: Frame, options: BatchOptions): AsyncGenerator<Batch>;
  dataset(frame: Frame, options: BatchOptions): Promise<TensorDataset>;
  toArrow(frame: Frame): Promise<ArrowTable>;
  save(frame: Frame, name: string): Promise<Frame>;
}

let provided: FrameOperations | undefined;

export function provideFrameOperations(operations: FrameOperations): void {
  provided = operations;
}

/** @throws Error when frames are used without the entry of this package. */
export function frameOperations(): FrameOperations {
  if (provided === undefined) {
    throw new Error('The operations of frames are not loaded.');
  }
  return provided;
}
