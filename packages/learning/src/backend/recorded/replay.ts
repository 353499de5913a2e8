import type { Tensor, Variable } from '@tensorflow/tfjs';
import { functionDefinition, type FunctionArgument } from './function-definition.js';
import { serialized } from './function-writer.js';
import type { Execution } from '../node-backend.js';
import type { Operations } from './operations.js';
import type { Recording, Sign } from './recording.js';
import { simplified } from './simplify.js';
import { chainDefinition } from './several-steps.js';
import type { Before, Surroundings } from './surroundings.js';
import { ThreadTrial } from './thread-trial.js';

/** Where the value of an argument is found when the step is called. */
export type Argument =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'rate'; readonly sign: Sign }
  | { readonly kind: 'property'; readonly property: string }
  | { readonly kind: 'fixed'; readonly id: number };

interface Output {
  readonly shape: readonly number[];
  /** TF_DataType. */
  readonly dtype: number;
}

let functions = 0;

/** What a replay is made of. */
interface ReplayParts {
  readonly name: string;
  readonly args: readonly (Argument & { readonly dtype: number })[];
  /** Variables that the step changes; their new values are its first results. */
  readonly state: readonly Variable[];
  readonly stateTypes: readonly number[];
  readonly outputs: readonly Output[];
  readonly stateful: boolean;
}

/** A training step that was written as a TensorFlow function, for inputs of certain types and shapes. */
export class Replay {
  readonly #argumentIds: Int32Array;
  readonly #resultIds: Int32Array;
  readonly #threads = new ThreadTrial();

  private constructor(
    private readonly around: Surroundings,
    readonly signature: readonly string[],
    private readonly parts: ReplayParts
  ) {
    this.#argumentIds = new Int32Array(parts.args.length);
    this.#resultIds = new Int32Array(parts.state.length + parts.outputs.length);
  }

  get name(): string {
    return this.parts.name;
  }

  /**
   * Registers what was recorded as a function. Every variable can be an argument, and is a result when the step gave it
   * a new value.
   *
   * @throws Error when the recording cannot be written as a function.
   */
  static define(
    around: Surroundings,
    operations: Operations,
    seen: {
      readonly recording: Recording;
      readonly signature: readonly string[];
      readonly before: Before;
      readonly outputs: readonly Tensor[];
    }
  ): Replay {
    const { recording, before, signature } = seen;
    const { backend } = around;
    const { binding } = backend;
    const outputIds = seen.outputs.map(output => around.idOf(output));
    const args = argumentsOf(around, recording, before, outputIds);
    const state = before.variables.filter((variable, i) => around.idOf(variable) !== before.variableIds[i]);
    const results = [...state.map(variable => around.idOf(variable)), ...outputIds];
    const name = nextName();
    const simple = simplified(recording, binding, shapesOf(before), results);
    const written = functionDefinition(name, simple, args, results, { binding, operations });
    binding.addFunction(serialized(written));
    return new Replay(around, signature, {
      name,
      args,
      state,
      stateTypes: state.map(variable => backend.getDTypeInteger(variable.dtype)),
      outputs: seen.outputs.map(({ shape, dtype }) => ({ shape: [...shape], dtype: backend.getDTypeInteger(dtype) })),
      stateful: written.stateful
    });
  }

  /**
   * A function that takes this step `count` times, on as many equal parts of the rows that input `rows` names; it returns the
   * mean of each output. Null when that makes no sense for an output, or the step does not read its rows.
   */
  several(count: number, rows: number): Replay | null {
    const { binding } = this.around.backend;
    const { args, state, outputs } = this.parts;
    const at = args.findIndex(argument => argument.kind === 'input' && argument.index === rows);
    const areMeans = outputs.every(({ shape, dtype }) => shape.length === 0 && dtype === binding.TF_FLOAT);
    if (at < 0 || !areMeans) {
      return null;
    }
    const name = nextName();
    const written = chainDefinition(name, {
      step: this.name,
      stateful: this.parts.stateful,
      argumentTypes: args.map(({ dtype }) => dtype),
      rows: at,
      changed: args.map(argument => (argument.kind === 'variable' ? state.indexOf(argument.variable) : -1)),
      stateTypes: this.parts.stateTypes,
      outputs: outputs.length,
      count,
      types: { float: binding.TF_FLOAT, int32: binding.TF_INT32 }
    });
    binding.addFunction(serialized(written));
    return new Replay(this.around, this.signature, { ...this.parts, name });
  }

  /** Looks up the arguments for the next call. */
  prepare(inputs: readonly (Tensor | null)[]): void {
    this.parts.args.forEach((argument, i) => {
      this.#argumentIds[i] = this.#idOf(argument, inputs);
    });
  }

  /** Computes the results; nothing is changed before `take`. */
  call(): void {
    this.#threads.time(threads => this.execute(threads));
  }

  execute(execution: Execution): void {
    this.around.backend.binding.executeFunction(this.name, this.#argumentIds, this.#resultIds, execution);
  }

  /** Returns when the results are there. */
  wait(): void {
    this.around.backend.binding.tensorDataSync(this.#resultIds.at(-1)!);
  }

  discard(): void {
    const { binding } = this.around.backend;
    this.#resultIds.forEach(id => binding.deleteTensor(id));
  }

  /** Gives the variables their new values, and returns the outputs. */
  take(): Tensor[] {
    const { backend, tf } = this.around;
    let at = 0;
    for (const variable of this.parts.state) {
      const id = this.#resultIds[at++]!;
      const data = backend.tensorMap.get(variable.dataId);
      if (data.refCount === 1) {
        backend.binding.deleteTensor(data.id);
        data.id = id;
      } else {
        const value = backend.createOutputTensor({ id, shape: variable.shape, dtype: data.dtype });
        variable.assign(value);
        tf.dispose(value);
      }
    }
    return this.parts.outputs.map(({ shape, dtype }) =>
      backend.createOutputTensor({ id: this.#resultIds[at++]!, shape: [...shape], dtype })
    );
  }

  #idOf(argument: Argument, inputs: readonly (Tensor | null)[]): number {
    switch (argument.kind) {
      case 'input':
        return this.around.idOf(inputs[argument.index]!);
      case 'variable':
        return this.around.idOf(argument.variable);
      case 'rate':
        return this.around.rateId(argument.sign);
      case 'property':
        return this.around.idOf(this.around.optimizerTensor(argument.property)!);
      case 'fixed':
        return argument.id;
    }
  }
}

/** Whatever the step reads from outside: its inputs, variables, the learning rate, what the optimizer keeps, and the rest as it is. */
function argumentsOf(
  around: Surroundings,
  recording: Recording,
  before: Before,
  outputIds: readonly number[]
): (Argument & FunctionArgument)[] {
  const { backend } = around;
  const { binding } = backend;
  const used = new Set([...recording.used, ...outputIds]);
  const given = new Set<number>();
  const args: (Argument & FunctionArgument)[] = [];
  const add = (ids: readonly number[], dtype: number, argument: Argument): void => {
    args.push({ ids, dtype, ...argument });
    ids.forEach(id => given.add(id));
  };
  before.inputs.forEach((input, index) => {
    const id = before.inputIds[index]!;
    if (!input || !used.has(id) || given.has(id)) {
      return;
    }
    add([id], backend.getDTypeInteger(input.dtype), { kind: 'input', index });
  });
  before.variables.forEach((variable, i) => {
    const id = before.variableIds[i]!;
    if (!used.has(id) || given.has(id)) {
      return;
    }
    add([id], backend.getDTypeInteger(variable.dtype), { kind: 'variable', variable });
  });
  for (const sign of [1, -1] as const) {
    const ids = [...recording.rates].filter(([id, each]) => each === sign && used.has(id)).map(([id]) => id);
    if (ids.length > 0) {
      add(ids, binding.TF_FLOAT, { kind: 'rate', sign });
    }
  }
  for (const id of used) {
    const isInside = recording.made.has(id) || recording.constants.has(id) || recording.rates.has(id);
    if (isInside || given.has(id)) {
      continue;
    }
    const property = around.optimizerProperty(id);
    add([id], binding.tensorType(id), property ? { kind: 'property', property } : { kind: 'fixed', id });
  }
  return args;
}

function shapesOf({ inputs, inputIds, variables, variableIds }: Before): Map<number, readonly number[]> {
  return new Map([
    ...inputs.flatMap((input, i) => (input ? [[inputIds[i]!, input.shape] as const] : [])),
    ...variables.map((variable, i) => [variableIds[i]!, variable.shape] as const)
  ]);
}

function nextName(): string {
  return `slipway_step_${process.pid}_${functions++}`;
}
