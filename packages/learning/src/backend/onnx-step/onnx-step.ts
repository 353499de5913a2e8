import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import { firstLineOf } from '@slipway/wording';
import { differenceOf, type Step, type StepReport, type TrainingStep } from '../recorded/index.js';
import type { Tf } from '../tfjs.js';
import { differenceFromTfjs } from './gate.js';
import { KERNELS } from './kernels/index.js';
import { record } from './recorder.js';
import { rehearse, rowsOfRehearsal } from './rehearsal.js';
import { RecordedGraph } from './recorded-graph.js';
import type { Recording } from './recording.js';
import { OnnxReplay } from './replay.js';
import { keyOf, signatureOf } from './signature.js';
import type { Kernel } from './translation.js';

type Data = readonly (Tensor | null)[];

export interface OnnxStepOptions {
  readonly tf: Tf;
  readonly optimizer: Optimizer;
  readonly step: Step;
  /** Whether the step keeps values between batches that are no variables, as stateful recurrent layers do. */
  readonly isStateful: boolean;
  readonly kernels?: Readonly<Record<string, Kernel>>;
}

/** Attempts to record that found the step unfinished, e.g. because it made variables, before it is left alone. */
const ATTEMPTS = 4;
/** Share of the time of an epoch that another rehearsal may take. It changes nothing, so that its time decides no result. */
const AUDIT_SHARE = 0.05;
/** Where steps cannot be rehearsed, a whole one is recorded and compared in the first epoch after so many replays. */
const REPLAYS_BETWEEN_AUDITS = 16;
/** How long one turn of the event loop may take, in milliseconds. */
const TURN_MS = 50;
/** Floating point operations of one core in a millisecond, and the time that each step takes besides: a cautious guess. */
const OPERATIONS_PER_MS = 1e7;
const STEP_MS = 0.02;

/** One way to call the step, by the types and shapes of what it takes. */
interface Way {
  readonly signature: readonly string[];
  readonly replay: OnnxReplay;
}

/** A rehearsal that later ones are compared with. */
interface Rehearsed {
  readonly rows: number;
  readonly signature: readonly string[];
  /** What it took. */
  readonly milliseconds: number;
}

/** What a recorded step took and gave. */
interface SeenStep {
  readonly batch: Data;
  readonly size: number;
  /** The matrices that the batch is gathered from. */
  readonly data: Data;
  readonly outputs: readonly Tensor[];
  /** Values of a variable before the step. */
  before(id: number): Float32Array;
}

/**
 * A training step that is recorded at tfjs's kernel calls while it runs, written as ONNX, and then executed by onnxruntime,
 * many steps by one call. It is rehearsed on a few rows first, which makes the optimizer's variables and shows whether it is
 * the same each time: a step that draws its own random numbers would be frozen by a recording. Where it cannot be rehearsed,
 * whole steps show it. What was written is held against tfjs's gradients before it is used, and from time to time the step
 * is rehearsed again and compared. What cannot be recorded runs op by op, and the report says why.
 */
export class OnnxStep implements TrainingStep {
  readonly #options: OnnxStepOptions;
  readonly #ways = new Map<string, Way>();
  /** Signatures of first recordings, which wait for a second one. */
  readonly #pending = new Map<string, readonly string[]>();
  #pure = false;
  #attempts = 0;
  #refused: string | null;
  #auditDue = false;
  #rehearsed: Rehearsed | null = null;
  #sinceAudit = 0;
  #replayMs = 0;
  #replayed = 0;
  #calls = 0;
  #executed = 0;

  constructor(options: OnnxStepOptions) {
    this.#options = options;
    this.#refused = options.isStateful ? 'a layer keeps values between batches' : null;
  }

  get report(): StepReport {
    const isRecorded = this.#refused === null && this.#replayed > 0;
    return {
      mode: isRecorded ? 'recorded with ONNX Runtime' : 'op by op',
      reason: this.#refused ?? (isRecorded ? null : 'too few steps to record one'),
      replayed: this.#replayed,
      calls: this.#calls,
      executed: this.#executed
    };
  }

  epochBegan(): void {
    this.#auditDue ||= this.#rehearsed
      ? this.#rehearsed.milliseconds < AUDIT_SHARE * this.#replayMs
      : this.#sinceAudit >= REPLAYS_BETWEEN_AUDITS;
  }

  /** Recording costs some steps only: it always pays. */
  planned(): void {}

  stepsPerTurn(operations: number): number {
    return Math.floor(TURN_MS / (operations / OPERATIONS_PER_MS + STEP_MS));
  }

  settle(): void {
    this.#ways.forEach(({ replay }) => replay.save());
  }

  run(inputs: (Tensor | null)[]): Tensor[] {
    const count = inputs.find(each => each !== null)?.shape[0];
    if (this.#refused !== null || count === undefined) {
      return this.#execute(() => this.#options.step(inputs));
    }
    const rows = Int32Array.from({ length: count }, (_, i) => i);
    const { tf } = this.#options;
    const outputs = this.#replay(inputs, rows, count);
    if (!outputs) {
      return this.#once(inputs, count, inputs);
    }
    this.settle();
    return outputs.map(value => tf.scalar(value));
  }

  runRows(data: Data, rows: Tensor, batchSize: number): Tensor[] {
    const { tf } = this.#options;
    const all = rows.dataSync() as Int32Array;
    let sums: number[] = [];
    for (let at = 0; at < all.length;) {
      const size = Math.min(batchSize, all.length - at);
      const steps = Math.floor((all.length - at) / size);
      const many = this.#replay(data, all.slice(at, at + steps * size), size);
      const taken = many ? steps * size : size;
      const means = many ?? this.#batch(data, all.slice(at, at + size));
      sums = means.map((value, i) => (sums[i] ?? 0) + value * taken);
      at += taken;
    }
    return sums.map(sum => tf.scalar(sum / all.length));
  }

  /** Takes steps by onnxruntime; null when there is nothing to do it with. Returns the mean of each output. */
  #replay(data: Data, rows: Int32Array, size: number): number[] | null {
    const way = this.#ways.get(keyOf(data, size));
    if (way && this.#auditDue && this.#rehearsed) {
      this.#audit(data, rows, this.#rehearsed);
    }
    if (this.#refused !== null || !way || this.#auditDue) {
      return null;
    }
    const { replay } = way;
    try {
      this.#ways.forEach(other => other.replay !== replay && other.replay.save());
      replay.load();
      const began = performance.now();
      const losses = replay.run(data, rows);
      this.#replayMs += performance.now() - began;
      const steps = rows.length / size;
      this.#replayed += steps;
      this.#sinceAudit += steps;
      this.#calls++;
      const optimizer = this.#options.optimizer as unknown as { incrementIterations(): void };
      for (let i = 0; i < steps; i++) {
        optimizer.incrementIterations();
      }
      return meansOf(losses, replay.outputs);
    } catch (error) {
      // Nothing was changed: this step and all that follow are executed op by op.
      this.#refuse(`the recorded step failed: ${firstLineOf(error)}`);
      return null;
    }
  }

  /** One batch of tfjs's own, recorded where that has a use. */
  #batch(data: Data, rows: Int32Array): number[] {
    const { tf } = this.#options;
    return tf.tidy(() => {
      const chosen = tf.tensor1d(rows, 'int32');
      const batch = data.map(each => each && tf.gather(each, chosen));
      return this.#once(batch, rows.length, data).map(valueOf) as unknown as Tensor;
    }) as unknown as number[];
  }

  #once(batch: (Tensor | null)[], size: number, data: Data): Tensor[] {
    this.settle();
    this.#rehearse(batch);
    const execute = (): Tensor[] => this.#options.step(batch);
    return this.#refused !== null || (this.#executed === 0 && !this.#pure)
      ? this.#execute(execute)
      : this.#record(batch, size, data, execute);
  }

  /** Rehearses once more and compares. */
  #audit(data: Data, rows: Int32Array, known: Rehearsed): void {
    const { tf, optimizer, step } = this.#options;
    if (rows.length < known.rows) {
      return;
    }
    this.#auditDue = false;
    this.#replayMs = 0;
    this.settle();
    try {
      tf.tidy(() => {
        const few = tf.tensor1d(rows.slice(0, known.rows), 'int32');
        const recording = rehearse(
          tf,
          optimizer,
          step,
          data.map(each => each && tf.gather(each, few))
        );
        const difference = differenceOf(known.signature, signatureOf(recording));
        if (difference) {
          this.#refuse(`the step has changed since it was recorded: it differs ${difference}`);
        }
      });
    } catch (error) {
      this.#refuse(`the step could not be compared with its recording: ${firstLineOf(error)}`);
    }
  }

  /** Learns on a few rows what else whole batches would have to show: makes the optimizer's variables, and compares two steps. */
  #rehearse(batch: Data): void {
    const { tf, optimizer, step } = this.#options;
    if (this.#executed > 0 || this.#pure || this.#refused !== null) {
      return;
    }
    try {
      rehearse(tf, optimizer, step, batch);
      const began = performance.now();
      const [second, third] = [1, 2].map(() => rehearse(tf, optimizer, step, batch));
      const milliseconds = (performance.now() - began) / 2;
      if (second!.reads > 0 || second!.made.length > 0) {
        return;
      }
      const difference = differenceOf(signatureOf(second!), signatureOf(third!));
      if (difference) {
        this.#refuse(`two recordings of the step differ ${difference}`);
      }
      this.#pure = difference === null;
      this.#rehearsed = { rows: rowsOfRehearsal(batch), signature: signatureOf(third!), milliseconds };
    } catch {
      // Such as a model for batches of one size only: whole batches tell what is wrong.
    }
  }

  #execute(step: () => Tensor[]): Tensor[] {
    this.#executed++;
    return step();
  }

  #refuse(reason: string): void {
    this.settle();
    this.#refused = reason;
    this.#ways.clear();
  }

  #record(batch: (Tensor | null)[], size: number, data: Data, execute: () => Tensor[]): Tensor[] {
    const { tf, optimizer } = this.#options;
    const variables = this.#variables();
    // Their values from before are what the written step is compared on.
    const kept = new Map(variables.map(variable => [variable.id, tf.keep(variable.clone())]));
    try {
      const [recording, outputs] = record(tf, optimizer, batch, () => this.#execute(execute));
      if (this.#variables().length !== variables.length || recording.reads > 0) {
        if (++this.#attempts >= ATTEMPTS) {
          this.#refuse(
            recording.reads > 0 ? 'the step reads values of tensors in JavaScript' : 'every step makes new variables'
          );
        }
        return outputs;
      }
      this.#take(recording, { batch, size, data, outputs, before: id => kept.get(id)!.dataSync() as Float32Array });
      return outputs;
    } finally {
      tf.dispose([...kept.values()]);
    }
  }

  #take(recording: Recording, seen: SeenStep): void {
    const key = keyOf(seen.data, seen.size);
    try {
      const signature = signatureOf(recording);
      const earlier = this.#ways.get(key)?.signature ?? this.#pending.get(key);
      if (earlier) {
        const difference = differenceOf(earlier, signature);
        if (difference) {
          return this.#refuse(`two recordings of the step differ ${difference}`);
        }
      }
      if (this.#auditDue && this.#ways.has(key)) {
        this.#auditDue = false;
        this.#sinceAudit = 0;
        return;
      }
      this.#pending.set(key, signature);
      if (!earlier && !this.#pure) {
        return;
      }
      this.#pure = true;
      this.#define(key, signature, recording, seen);
    } catch (error) {
      this.#refuse(firstLineOf(error));
    }
  }

  #define(key: string, signature: readonly string[], recording: Recording, seen: SeenStep): void {
    const { tf, optimizer, kernels = KERNELS } = this.#options;
    if (recording.outputs.some(({ shape }) => shape.reduce((all, each) => all * each, 1) !== 1)) {
      throw new Error('a loss or metric is not one number');
    }
    const graph = new RecordedGraph(tf, recording, optimizer, kernels);
    const difference = differenceFromTfjs(graph, seen.batch, variable => seen.before(variable.id), seen.outputs);
    if (difference) {
      throw new Error(`ONNX Runtime does not compute what tfjs does: ${difference}`);
    }
    this.#ways.set(key, { signature, replay: new OnnxReplay(tf, optimizer, graph, seen.data, seen.size) });
  }

  #variables(): Variable[] {
    return Object.values(this.#options.tf.engine().registeredVariables);
  }
}

function valueOf(output: Tensor): number {
  return output.dataSync()[0]!;
}

function meansOf(losses: Float32Array, outputs: number): number[] {
  const steps = losses.length / outputs;
  return Array.from({ length: outputs }, (_, i) => {
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      sum += losses[step * outputs + i]!;
    }
    return sum / steps;
  });
}
