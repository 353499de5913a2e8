import type { Tensor } from '@tensorflow/tfjs';
import { firstLineOf } from '@slipway/wording';
import {
  differenceOf,
  type Batches,
  type BatchFunction,
  type BatchOutput,
  type BatchReport,
  type Step
} from '../recorded/index.js';
import type { Tf } from '../tfjs.js';
import { ForwardGraph } from './forward-graph.js';
import { feedsOf, ForwardReplay } from './forward-replay.js';
import { KERNELS } from './kernels/index.js';
import { isRecording, record } from './recorder.js';
import type { Numbers } from './recording.js';
import { rowsOfRehearsal } from './rehearsal.js';
import type { Tensors } from './session.js';
import { keyOf, signatureOf } from './signature.js';
import type { Kernel } from './translation.js';

type Data = readonly (Tensor | null)[];

/** So many batches of one size are worth a recording, or fewer of so many floating point operations together. */
const WORTH_RECORDING = { batches: 4, operations: 1e8 };
/** Batches of one call: their outputs are in memory twice. */
const BATCHES_PER_CALL = 256;
/** Relative to the largest value of an output. */
const TOLERANCE = 1e-4;

/**
 * A function of batches that is recorded at tfjs's kernel calls, written as ONNX and then executed by onnxruntime. Each time it
 * is called it runs on a few rows first and is compared with its recording, so that one that has changed, such as a metric with
 * a number of the user's, is noticed. What cannot be recorded runs op by op.
 */
export class OnnxFunction implements BatchFunction {
  readonly #replays = new Map<string, ForwardReplay>();
  /** Batches that there were, by their size and form. */
  readonly #seen = new Map<string, number>();
  #signature: readonly string[] | null = null;
  #refused: string | null = null;
  #replayed = 0;

  constructor(
    private readonly tf: Tf,
    private readonly operationsPerRow: number,
    private readonly kernels: Readonly<Record<string, Kernel>> = KERNELS
  ) {}

  get report(): BatchReport {
    return { reason: this.#refused, replayed: this.#replayed };
  }

  run(step: Step, data: Data, batchSize: number): readonly Batches[] | null {
    const count = data.find(each => each !== null)?.shape[0] ?? 0;
    const first = Math.min(batchSize, count);
    // A recording would take the tensors of this call for constants.
    if (
      isRecording() ||
      this.#refused !== null ||
      !this.#isWorth(keyOf(data, first), Math.floor(count / first), first)
    ) {
      return null;
    }
    const { tf } = this;
    try {
      return tf.tidy(() => {
        this.#rehearse(step, data);
        const feeds = feedsOf(data);
        const all: Batches[] = [];
        for (let at = 0; at < count;) {
          const size = Math.min(batchSize, count - at);
          const batches = Math.min(BATCHES_PER_CALL, Math.floor((count - at) / size));
          const next = this.#next(step, data, feeds, { at, size, batches });
          at += next.size * next.count;
          all.push(next);
        }
        return all as unknown as Tensor;
      }) as unknown as Batches[];
    } catch (error) {
      // Whatever is wrong with the step itself, tfjs will say when it is called as it is.
      this.#refused = firstLineOf(error);
      this.#replays.clear();
      return null;
    }
  }

  /** Counts what is to be executed in this form, and decides by that alone: results must not depend on the time of day. */
  #isWorth(key: string, batches: number, size: number): boolean {
    const seen = (this.#seen.get(key) ?? 0) + batches;
    this.#seen.set(key, seen);
    return seen >= WORTH_RECORDING.batches || seen * size * this.operationsPerRow >= WORTH_RECORDING.operations;
  }

  /** @throws Error when the function is not the one that was recorded, or never the same. */
  #rehearse(step: Step, data: Data): void {
    const rehearsed = (): string[] => {
      const few = this.#slice(data, 0, rowsOfRehearsal(data));
      return signatureOf(record(this.tf, null, few, () => step(few))[0]);
    };
    const known = (this.#signature ??= rehearsed());
    const difference = differenceOf(known, rehearsed());
    if (difference) {
      throw new Error(`it differs from its recording ${difference}`);
    }
  }

  #next(
    step: Step,
    data: Data,
    feeds: Tensors,
    { at, size, batches }: { at: number; size: number; batches: number }
  ): Batches {
    const key = keyOf(data, size);
    const replay = this.#replays.get(key);
    if (replay) {
      const rows = Int32Array.from({ length: batches * size }, (_, i) => at + i);
      const outputs = replay.run(feeds, rows);
      this.#replayed += batches;
      return { size, count: batches, outputs };
    }
    const batch = this.#slice(data, at, size);
    // Those of the first size are counted already.
    if (at > 0 && !this.#isWorth(key, batches, size)) {
      return { size, count: 1, outputs: step([...batch]).map(valuesOf) };
    }
    const [recording, tensors] = record(this.tf, null, batch, () => step([...batch]));
    const made = new ForwardReplay(new ForwardGraph(this.tf, recording, this.kernels), data, size);
    const outputs = tensors.map(valuesOf);
    const mine = made.run(
      feeds,
      Int32Array.from({ length: size }, (_, i) => at + i)
    );
    outputs.forEach(({ values }, i) => expectEqual(values, mine[i]!.values));
    this.#replays.set(key, made);
    return { size, count: 1, outputs };
  }

  #slice(data: Data, at: number, size: number): (Tensor | null)[] {
    return data.map(each => each && this.tf.slice(each, at, size));
  }
}

function valuesOf(tensor: Tensor): BatchOutput {
  return { values: tensor.dataSync() as Numbers, shape: tensor.shape, dtype: tensor.dtype };
}

/** @throws Error when ONNX Runtime has computed something else than tfjs. */
function expectEqual(theirs: Numbers, mine: Numbers): void {
  let largest = 1;
  for (const value of theirs) {
    largest = Math.max(largest, Math.abs(value) || 0);
  }
  for (const [i, value] of theirs.entries()) {
    if (!(Math.abs(value - mine[i]!) <= TOLERANCE * largest || Object.is(value, mine[i]))) {
      throw new Error(`ONNX Runtime does not compute what tfjs does: ${mine[i]} instead of ${value}`);
    }
  }
}
