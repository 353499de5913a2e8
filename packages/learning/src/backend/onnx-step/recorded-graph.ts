import type { Optimizer, Variable } from '@tensorflow/tfjs';
import { ElementType, OnnxGraph } from '@slipway/onnx/graph';
import type { Tf } from '../tfjs.js';
import { KERNELS, translate } from './kernels/index.js';
import { asAdam, UPDATES, type StepNumbers, type Update } from './packed-update.js';
import type { Recording, Value } from './recording.js';
import { elementType, product, Translation, type Kernel } from './translation.js';

/** Subgraphs as in Loop, axes as inputs, Split by number of outputs. */
export const VERSIONS = { opset: 20, ir: 9 };
/** Weights of at most so many numbers are updated together. */
const SMALL = 16_384;

/** A part of the state that is carried from step to step: variables one after the other in one tensor. */
export interface StatePart {
  readonly variables: readonly Variable[];
  readonly shape: readonly number[];
}

/** Weights that are updated as one vector: their places among the gradients. */
type Group = readonly number[];

/** Whole matrices from which each step gathers its rows. */
export interface DataInput {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** A recorded step as ONNX: what its state is, and how it is written. */
export class RecordedGraph {
  readonly state: readonly StatePart[];
  /** Variables that the step reads and never changes. */
  readonly fixed: readonly Variable[];
  readonly #groups: readonly Group[];
  readonly #others: readonly Variable[];
  readonly #owned: ReadonlySet<Variable>;
  /** How the update is written, where it is not translated as it was recorded. */
  readonly #update: Update | undefined;
  readonly #slots: readonly (readonly Variable[])[];

  /** @throws Error when the step changes something that is no state of numbers. */
  constructor(
    private readonly tf: Tf,
    readonly recording: Recording,
    private readonly optimizer: Optimizer,
    private readonly kernels: Readonly<Record<string, Kernel>> = KERNELS
  ) {
    this.#update = recording.update ? UPDATES[optimizer.getClassName()] : undefined;
    const update = this.#update;
    const trainable = recording.gradients.map(({ variable }) => variable);
    const adam = asAdam(optimizer);
    this.#slots = update ? update.slots(optimizer) : [];
    this.#owned = new Set(
      update ? [...trainable, ...this.#slots.flat(), ...(adam ? [adam.accBeta1, adam.accBeta2] : [])] : []
    );
    this.#others = [...recording.assigned.keys()].filter(variable => !this.#owned.has(variable));
    this.#groups = update ? grouped(trainable) : [];
    this.state = [
      ...this.#groups.flatMap(group => {
        const lists = [trainable, ...this.#slots].map(list => group.map(i => list[i]!));
        return lists.map(variables => ({ variables, shape: shapeOf(variables) }));
      }),
      ...this.#others.map(variable => ({ variables: [variable], shape: variable.shape }))
    ];
    const changed = new Set(this.state.flatMap(({ variables }) => variables));
    this.fixed = [...recording.variables.keys()].filter(each => !changed.has(each) && !this.#owned.has(each));
    if (this.#others.some(({ dtype }) => dtype !== 'float32')) {
      throw new Error('the step changes a variable that does not hold numbers of float32');
    }
  }

  /** Whether powers of betas are counted here instead of in tfjs's variables. */
  get countsPowers(): boolean {
    return this.#update !== undefined;
  }

  get outputs(): number {
    return this.recording.outputs.length;
  }

  /**
   * A model of any number of steps, each on its rows of `data`. Inputs: `d0…` data, `rows` [steps, batch], `numbers`
   * [steps, 3], `r0…` what is drawn for each step, `s0…` state, `f0…` fixed variables; outputs: `o0…` state, `losses`
   * [steps, outputs].
   */
  loop(data: readonly (DataInput | null)[], batch: number): Uint8Array {
    const graph = new OnnxGraph(VERSIONS);
    const inputs = data.map(
      (each, i) => each && graph.input(`d${i}`, elementType(each.dtype), ['count', ...each.shape.slice(1)])
    );
    const rows = graph.input('rows', ElementType.INT32, ['steps', batch]);
    const numbers = graph.input('numbers', ElementType.FLOAT, ['steps', 3]);
    const draws = this.recording.draws.map(({ shape }, i) =>
      graph.input(`r${i}`, ElementType.FLOAT, ['steps', ...shape])
    );
    const state = this.state.map(({ shape }, i) => graph.input(`s${i}`, ElementType.FLOAT, shape));
    const fixed = this.#fixedInputs(graph);

    const body = graph.subgraph();
    const step = body.input('i', ElementType.INT64, []);
    const condition = body.input('going', ElementType.BOOL, []);
    const carried = this.state.map(({ shape }, i) => body.input(`b${i}`, ElementType.FLOAT, shape));
    const to = new Translation(body, this.tf);
    const along = { axis: { int: 0 } };
    const at = (name: string): string => to.node('Gather', [name, step], along);
    const chosen = at(rows);
    const result = this.#write(to, {
      batch: inputs.map(name => name && to.node('Gather', [name, chosen], along)),
      numbers: numbersFrom(to, at(numbers)),
      draws: draws.map(at),
      state: carried,
      fixed
    });
    body.output(condition, 'going_on', ElementType.BOOL, []);
    result.state.forEach((name, i) => body.output(name, `b${i}_next`, ElementType.FLOAT, this.state[i]!.shape));
    body.output(result.losses, 'loss', ElementType.FLOAT, [this.outputs]);

    const count = graph.node('Squeeze', [graph.node('Shape', [numbers], { start: { int: 0 }, end: { int: 1 } })]);
    const results = [...this.state.map((_, i) => `o${i}`), 'losses'];
    graph.nodeAs('Loop', [count, '', ...state], results, { body: { graph: body } });
    this.state.forEach(({ shape }, i) => graph.outputAs(`o${i}`, ElementType.FLOAT, shape));
    graph.outputAs('losses', ElementType.FLOAT, ['steps', this.outputs]);
    return graph.finish('steps', {});
  }

  /**
   * A model of the losses and gradients of one batch, for a comparison with tfjs. Inputs as those of `loop`, with
   * the batch itself as data; outputs: `losses`, `g0…`.
   */
  gradients(batch: readonly (DataInput | null)[]): Uint8Array {
    const graph = new OnnxGraph(VERSIONS);
    const inputs = batch.map((each, i) => each && graph.input(`d${i}`, elementType(each.dtype), each.shape));
    const numbers = graph.input('numbers', ElementType.FLOAT, [3]);
    const draws = this.recording.draws.map(({ shape }, i) => graph.input(`r${i}`, ElementType.FLOAT, shape));
    const state = this.state.map(({ shape }, i) => graph.input(`s${i}`, ElementType.FLOAT, shape));
    const to = new Translation(graph, this.tf);
    const fixed = this.#fixedInputs(graph);
    const result = this.#write(to, { batch: inputs, numbers: numbersFrom(to, numbers), draws, state, fixed });
    graph.output(result.losses, 'losses', ElementType.FLOAT, [this.outputs]);
    this.recording.gradients.forEach(({ value, variable }, i) => {
      graph.output(to.reshape(to.name(value), variable.shape), `g${i}`, ElementType.FLOAT, variable.shape);
    });
    return graph.finish('gradients', {});
  }

  #fixedInputs(graph: OnnxGraph): string[] {
    return this.fixed.map(({ dtype, shape }, i) => graph.input(`f${i}`, elementType(dtype), shape));
  }

  #write(
    to: Translation,
    given: {
      readonly batch: readonly (string | null)[];
      readonly numbers: StepNumbers;
      readonly draws: readonly string[];
      readonly state: readonly string[];
      readonly fixed: readonly string[];
    }
  ): { losses: string; state: string[] } {
    const { recording } = this;
    const update = this.#update;
    this.#name(to, given);
    recording.draws.forEach((value, i) => to.set(value, given.draws[i]!));
    const gradients = recording.gradients.map(({ value }) => value);
    const left = this.#others.map(variable => recording.assigned.get(variable)!);
    const wanted = [...recording.outputs, ...left, ...gradients];
    const { from, to: end } = (update && recording.update) ?? { from: 0, to: 0 };
    const calls = [...recording.calls.slice(0, from), ...recording.calls.slice(end)];
    translate(calls, to, wanted, this.kernels);
    const width = 1 + this.#slots.length;
    const updated = this.#groups.flatMap((group, at) => {
      const isOne = group.length === 1;
      const flat = group.map(i =>
        isOne ? to.name(gradients[i]!) : to.reshape(to.name(gradients[i]!), [product(gradients[i]!.shape)])
      );
      const [weights, ...slots] = given.state.slice(at * width, (at + 1) * width);
      const gradient = to.concat(flat, 0);
      return update!.write(to, { weights: weights!, slots, gradient }, given.numbers, this.optimizer);
    });
    const losses = recording.outputs.map(output => to.reshape(to.name(output), [1]));
    return { losses: to.concat(losses, 0), state: [...updated, ...left.map(value => to.name(value))] };
  }

  /** Says where values from outside are found. */
  #name(
    to: Translation,
    given: {
      readonly batch: readonly (string | null)[];
      readonly numbers: StepNumbers;
      readonly state: readonly string[];
      readonly fixed: readonly string[];
    }
  ): void {
    const { recording } = this;
    const found = new Map<Variable, string>();
    const width = 1 + this.#slots.length;
    this.#groups.forEach((group, at) => {
      const weights = given.state[at * width]!;
      const variables = group.map(i => recording.gradients[i]!.variable);
      split(to, weights, variables).forEach((name, i) => found.set(variables[i]!, name));
    });
    const from = this.#groups.length * width;
    this.#others.forEach((variable, i) => found.set(variable, given.state[from + i]!));
    this.fixed.forEach((variable, i) => found.set(variable, given.fixed[i]!));
    recording.variables.forEach((value, variable) => {
      const name = found.get(variable);
      if (name !== undefined) {
        to.set(value, name);
      }
    });
    const outside = (value: Value): void => {
      const { origin } = value;
      if (origin.kind === 'input') {
        to.set(value, given.batch[origin.index]!);
      } else if (origin.kind === 'rate') {
        to.setLazy(value, () => {
          const rate = origin.sign > 0 ? given.numbers.rate : to.node('Neg', [given.numbers.rate]);
          return to.reshape(rate, value.shape);
        });
      }
    };
    recording.calls.forEach(call => Object.values(call.inputs).flat().forEach(outside));
    recording.outputs.forEach(outside);
  }
}

function numbersFrom(to: Translation, name: string): StepNumbers {
  const parts = to.nodes('Split', [name], 3, { axis: { int: 0 }, num_outputs: { int: 3 } });
  return { rate: parts[0]!, alpha: parts[1]!, epsilon: parts[2]! };
}

function grouped(trainable: readonly Variable[]): Group[] {
  const all = trainable.map((_, i) => i);
  const small = all.filter(i => trainable[i]!.size <= SMALL);
  return [...(small.length > 0 ? [small] : []), ...all.filter(i => !small.includes(i)).map(i => [i])];
}

function shapeOf(variables: readonly Variable[]): readonly number[] {
  return variables.length === 1 ? variables[0]!.shape : [variables.reduce((sum, { size }) => sum + size, 0)];
}

function split(to: Translation, weights: string, variables: readonly Variable[]): string[] {
  if (variables.length === 1) {
    return [weights];
  }
  const sizes = to.ints(variables.map(({ shape }) => product(shape)));
  const parts = to.nodes('Split', [weights, sizes], variables.length, { axis: { int: 0 } });
  return parts.map((part, i) => {
    const { shape } = variables[i]!;
    return shape.length === 1 ? part : to.reshape(part, shape);
  });
}
