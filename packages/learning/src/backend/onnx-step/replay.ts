import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import { drawNumbers } from '../random-draws.js';
import type { Tf } from '../tfjs.js';
import { asAdam, stepNumbers, type Powers } from './packed-update.js';
import type { RecordedGraph } from './recorded-graph.js';
import { onnxRuntime, SynchronousSession, type Tensors } from './session.js';
import { SessionChoice } from './session-choice.js';
import { product } from './translation.js';

type Data = readonly (Tensor | null)[];

/**
 * A recorded step that onnxruntime executes on rows of whole matrices, many steps by one call. The state is in two sets of
 * tensors that change places, so that nothing is copied; tfjs's variables get it when `save` is called.
 */
export class OnnxReplay {
  readonly #sessions: SessionChoice;
  readonly #sets: readonly [Tensors, Tensors];
  readonly #fetches: readonly [Tensors, Tensors];
  readonly #variables: readonly Variable[];
  #current: 0 | 1 = 0;
  #ahead = false;
  /** Of the variables, when state and variables were equal last. */
  #known: readonly object[] = [];
  #fixed: Tensors = {};
  #fixedIds: readonly object[] = [];
  #data: { of: Data; feeds: Tensors } | undefined;
  #powers: Powers = { first: 0, second: 0 };

  /** @throws Error when the graph cannot be written or is not accepted. */
  constructor(
    private readonly tf: Tf,
    private readonly optimizer: Optimizer,
    private readonly graph: RecordedGraph,
    data: Data,
    private readonly batch: number
  ) {
    const model = graph.loop(data, batch);
    this.#sessions = new SessionChoice(threads => new SynchronousSession(model, threads));
    const { Tensor } = onnxRuntime();
    const fresh = (): Tensors[string][] =>
      graph.state.map(({ shape }) => new Tensor('float32', new Float32Array(product(shape)), shape));
    const sets = [fresh(), fresh()] as const;
    const named = (letter: string, tensors: Tensors[string][]): Tensors =>
      Object.fromEntries(tensors.map((tensor, i) => [`${letter}${i}`, tensor]));
    this.#sets = [named('s', sets[0]), named('s', sets[1])];
    this.#fetches = [named('o', sets[1]), named('o', sets[0])];
    this.#variables = graph.state.flatMap(({ variables }) => variables);
  }

  /** Losses and metrics of each step. */
  get outputs(): number {
    return this.graph.outputs;
  }

  /** Takes the values of tfjs's variables, where they are not those that were given back last. */
  load(): void {
    const { fixed } = this.graph;
    if (fixed.some(({ dataId }, i) => dataId !== this.#fixedIds[i])) {
      const { Tensor } = onnxRuntime();
      this.#fixed = Object.fromEntries(
        fixed.map((each, i) => {
          const values = each.dataSync() as Float32Array;
          return [`f${i}`, new Tensor(each.dtype as 'float32', values, each.shape)];
        })
      );
      this.#fixedIds = fixed.map(({ dataId }) => dataId);
    }
    const isKnown = this.#known.length > 0 && this.#variables.every(({ dataId }, i) => dataId === this.#known[i]);
    if (this.#ahead || isKnown) {
      return;
    }
    this.graph.state.forEach(({ variables }, i) => {
      const into = this.#part(i);
      let at = 0;
      for (const variable of variables) {
        into.set(variable.dataSync() as Float32Array, at);
        at += variable.size;
      }
    });
    const adam = asAdam(this.optimizer);
    if (adam) {
      this.#powers = { first: adam.accBeta1.dataSync()[0]!, second: adam.accBeta2.dataSync()[0]! };
    }
    this.#known = this.#variables.map(({ dataId }) => dataId);
  }

  /** Gives tfjs's variables their values. */
  save(): void {
    if (!this.#ahead) {
      return;
    }
    this.#ahead = false;
    this.graph.state.forEach(({ variables }, i) => {
      const from = this.#part(i);
      let at = 0;
      for (const variable of variables) {
        this.#assign(variable, from.slice(at, at + variable.size));
        at += variable.size;
      }
    });
    const adam = asAdam(this.optimizer);
    if (adam && this.graph.countsPowers) {
      this.#assign(adam.accBeta1, Float32Array.of(this.#powers.first));
      this.#assign(adam.accBeta2, Float32Array.of(this.#powers.second));
    }
    this.#known = this.#variables.map(({ dataId }) => dataId);
  }

  /**
   * Takes one step after the other.
   *
   * @param rows [steps · batch], numbers of rows of `data`.
   * @returns losses and metrics, [steps, outputs].
   * @throws Error of onnxruntime; nothing has changed then.
   */
  run(data: Data, rows: Int32Array): Float32Array {
    const { Tensor } = onnxRuntime();
    const steps = rows.length / this.batch;
    const [numbers, powers] = stepNumbers(this.optimizer, steps, this.#powers);
    const feeds: Tensors = {
      ...this.#sets[this.#current],
      ...this.#fixed,
      ...this.#feedsOf(data),
      ...this.#drawn(steps),
      rows: new Tensor('int32', rows, [steps, this.batch]),
      numbers: new Tensor('float32', numbers, [steps, 3])
    };
    const { losses } = this.#sessions.run(steps, feeds, { ...this.#fetches[this.#current], losses: null });
    this.#current = this.#current === 0 ? 1 : 0;
    this.#ahead = true;
    this.#powers = powers;
    this.#countDraws(steps);
    return losses!.data as Float32Array;
  }

  #part(i: number): Float32Array {
    return this.#sets[this.#current][`s${i}`]!.data as Float32Array;
  }

  #assign(variable: Variable, values: Float32Array): void {
    const value = this.tf.tensor(values, variable.shape);
    variable.assign(value);
    value.dispose();
  }

  #feedsOf(data: Data): Tensors {
    if (this.#data?.of.every((tensor, i) => tensor === data[i])) {
      return this.#data.feeds;
    }
    const { Tensor } = onnxRuntime();
    const feeds: Tensors = {};
    data.forEach((tensor, i) => {
      if (tensor) {
        feeds[`d${i}`] = new Tensor(tensor.dtype as 'float32', tensor.dataSync() as Float32Array, tensor.shape);
      }
    });
    this.#data = { of: [...data], feeds };
    return feeds;
  }

  /** What each step draws at random, as tfjs's layers would. */
  #drawn(steps: number): Tensors {
    const { Tensor } = onnxRuntime();
    const uses = this.#usesOfSources();
    return Object.fromEntries(
      this.graph.recording.draws.map(({ shape, origin }, i) => {
        const draw = (origin as Extract<typeof origin, { kind: 'draw' }>).draw;
        const size = product(shape);
        const all = new Float32Array(steps * size);
        const { each, places } = uses.get(draw.source)!;
        for (let step = 0; step < steps; step++) {
          const count = draw.source.drawn + step * each + places.indexOf(i);
          drawNumbers(draw.source.seed, count, draw.distribution, all.subarray(step * size, (step + 1) * size));
        }
        return [`r${i}`, new Tensor('float32', all, [steps, ...shape])];
      })
    );
  }

  #countDraws(steps: number): void {
    this.#usesOfSources().forEach(({ each }, source) => (source.drawn += steps * each));
  }

  /** How often each source is used in a step, and for which of the draws. */
  #usesOfSources(): Map<{ drawn: number }, { each: number; places: number[] }> {
    const uses = new Map<{ drawn: number }, { each: number; places: number[] }>();
    this.graph.recording.draws.forEach(({ origin }, i) => {
      if (origin.kind === 'draw') {
        const { source } = origin.draw;
        const known = uses.get(source) ?? { each: 0, places: [] };
        uses.set(source, { each: known.each + 1, places: [...known.places, i] });
      }
    });
    return uses;
  }
}
