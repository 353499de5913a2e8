import type { Tensor } from '@tensorflow/tfjs';
import type { BatchOutput } from '../recorded/index.js';
import type { ForwardGraph } from './forward-graph.js';
import type { Numbers } from './recording.js';
import { onnxRuntime, SynchronousSession, type Tensors } from './session.js';
import { SessionChoice } from './session-choice.js';

type Data = readonly (Tensor | null)[];

/** A recorded function that onnxruntime executes on batches of whole matrices, many batches by one call. */
export class ForwardReplay {
  readonly #sessions: SessionChoice;
  #variables: Tensors = {};
  /** Of the variables as they were given last. */
  #known: readonly object[] = [];

  /** @throws Error when the graph cannot be written or is not accepted. */
  constructor(
    private readonly graph: ForwardGraph,
    data: Data,
    private readonly batch: number
  ) {
    const model = graph.loop(data, batch);
    this.#sessions = new SessionChoice(threads => new SynchronousSession(model, threads));
  }

  /**
   * Calls the function on one batch after the other.
   *
   * @param feeds as `feedsOf` gives them.
   * @param rows [batches · batch], numbers of rows.
   * @throws Error of onnxruntime.
   */
  run(feeds: Tensors, rows: Int32Array): BatchOutput[] {
    const { Tensor } = onnxRuntime();
    const { outputs } = this.graph.recording;
    this.#load();
    const batches = rows.length / this.batch;
    const results = this.#sessions.run(
      batches,
      { ...feeds, ...this.#variables, rows: new Tensor('int32', rows, [batches, this.batch]) },
      Object.fromEntries(outputs.map((_, i) => [`y${i}`, null])) as unknown as Tensors
    );
    return outputs.map(({ shape, dtype }, i) => ({ values: results[`y${i}`]!.data as Numbers, shape, dtype }));
  }

  #load(): void {
    const { variables } = this.graph;
    if (variables.every(({ dataId }, i) => dataId === this.#known[i])) {
      return;
    }
    const { Tensor } = onnxRuntime();
    this.#variables = Object.fromEntries(
      variables.map((each, i) => [
        `v${i}`,
        new Tensor(each.dtype as 'float32', each.dataSync() as Float32Array, each.shape)
      ])
    );
    this.#known = variables.map(({ dataId }) => dataId);
  }
}

/** Whole matrices as a replay takes them. */
export function feedsOf(data: Data): Tensors {
  const { Tensor } = onnxRuntime();
  const feeds: Tensors = {};
  data.forEach((tensor, i) => {
    if (tensor) {
      feeds[`d${i}`] = new Tensor(tensor.dtype as 'float32', tensor.dataSync() as Float32Array, tensor.shape);
    }
  });
  return feeds;
}
