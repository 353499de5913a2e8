import type { Tensor } from '@tensorflow/tfjs';

/** How the training steps of a model were executed. */
export interface StepReport {
  /** `op by op` also stands for steps before and between replays. */
  readonly mode: 'recorded' | 'recorded with XLA' | 'recorded with ONNX Runtime' | 'op by op';
  /** Why a step is executed op by op, or why XLA was or was not taken. */
  readonly reason: string | null;
  readonly replayed: number;
  /** By how many calls; one call can take several steps. */
  readonly calls: number;
  /** Executed op by op, those that were recorded while they ran among them. */
  readonly executed: number;
}

/** A step takes the tensors of one batch, changes variables, and returns losses and metrics. */
export type Step = (inputs: (Tensor | null)[]) => Tensor[];

/** The training step of one model, which is executed op by op until it can be replayed. */
export interface TrainingStep {
  readonly report: StepReport;
  /** A new epoch begins. */
  epochBegan(): void;
  /** Tells how much work is ahead, in floating point operations and steps: what costs time to prepare has to pay. */
  planned(operations: number, steps: number): void;
  /**
   * How many steps one turn of the event loop may take, so that it does not keep the kernel from its messages.
   *
   * @param operations floating point operations of one step.
   */
  stepsPerTurn(operations: number): number;
  /** Executes the step on one batch. */
  run(inputs: (Tensor | null)[]): Tensor[];
  /**
   * Executes the step on some rows of `data`, batch after batch.
   *
   * @param rows [n] int32, the numbers of the rows.
   * @returns the outputs, averaged over the rows.
   */
  runRows(data: readonly (Tensor | null)[], rows: Tensor, batchSize: number): Tensor[];
  /** Gives tfjs's variables the values that the steps have left: somebody may look at them now. */
  settle(): void;
}
