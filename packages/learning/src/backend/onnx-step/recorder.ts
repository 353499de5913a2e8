import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import { drawOf } from '../random-draws.js';
import type { Tf } from '../tfjs.js';
import type { Gradient, KernelCall, Numbers, Origin, Recording, Value } from './recording.js';

/** What tfjs's engine does for every operation, which its types do not show. */
interface EngineInternals {
  runKernelFunc(call: KernelParams): Tensor | Tensor[];
  makeTensor(values: ArrayLike<unknown>, ...more: unknown[]): Tensor;
  readSync(dataId: object): Numbers;
  makeVariable(...initial: unknown[]): Variable;
  readonly state: { readonly registeredVariables: Readonly<Record<string, Variable>> };
}

interface KernelParams {
  /** None for a gradient that is written in operations: these are seen themselves. */
  readonly kernelName?: string;
  readonly inputs?: Readonly<Record<string, Tensor | readonly Tensor[] | null | undefined>>;
  readonly attrs?: Readonly<Record<string, unknown>>;
}

type Gradients = readonly { readonly name: string; readonly tensor: Tensor | null }[] | Record<string, Tensor | null>;

interface OptimizerInternals {
  learningRate: number;
  applyGradients(gradients: Gradients): void;
  /** The rate with its sign changed, of those that keep it in a tensor. */
  readonly c?: Tensor;
}

let recordings = 0;

/** Whether something is being recorded now: what it calls must go on at tfjs's kernels. */
export function isRecording(): boolean {
  return recordings > 0;
}

/** Represents the learning rate while a step is recorded: a value that no step has by accident. */
const SENTINEL = Math.fround(1234.567889);

/**
 * Runs `step` once, really, and records it at tfjs's kernel calls, on any backend.
 *
 * @param optimizer the one that the step uses; null for a function that trains nothing.
 * @param inputs tensors that the step takes from outside.
 */
export function record(
  tf: Tf,
  optimizer: Optimizer | null,
  inputs: readonly (Tensor | null)[],
  step: () => Tensor[]
): [Recording, Tensor[]] {
  const recorder = new Recorder(tf, optimizer, inputs);
  return recorder.run(step);
}

class Recorder {
  readonly #engine: EngineInternals;
  readonly #optimizer: OptimizerInternals | null;
  readonly #values = new Map<number, Value>();
  /** Tensors that are others under another id. */
  readonly #aliases = new Map<number, number>();
  readonly #versions = new Map<number, Value>();
  readonly #variables = new Map<Variable, Value>();
  readonly #assigned = new Map<Variable, Value>();
  readonly #calls: KernelCall[] = [];
  readonly #draws: Value[] = [];
  readonly #made: { variable: Variable; values: Numbers }[] = [];
  readonly #readSync: EngineInternals['readSync'];
  #gradients: Gradient[] = [];
  #update: Recording['update'] = null;
  #depth = 0;
  #rate = 0;
  #count = 0;
  #reads = 0;

  constructor(
    private readonly tf: Tf,
    optimizer: Optimizer | null,
    inputs: readonly (Tensor | null)[]
  ) {
    this.#engine = tf.engine() as unknown as EngineInternals;
    this.#optimizer = optimizer as unknown as OptimizerInternals | null;
    this.#readSync = this.#engine.readSync.bind(this.#engine);
    inputs.forEach(
      (tensor, index) => tensor && this.#values.set(tensor.id, this.#fresh(tensor, { kind: 'input', index }))
    );
    const c = this.#optimizer?.c;
    if (c) {
      this.#values.set(c.id, this.#fresh(c, { kind: 'rate', sign: -1 }));
    }
  }

  run(step: () => Tensor[]): [Recording, Tensor[]] {
    const restore = this.#watch();
    let outputs: Tensor[];
    let results: Value[];
    recordings++;
    try {
      outputs = step();
      results = outputs.map(output => this.#valueOf(output));
    } finally {
      recordings--;
      restore();
    }
    const recording = {
      calls: this.#calls,
      variables: this.#variables,
      assigned: this.#assigned,
      gradients: this.#gradients,
      update: this.#update,
      outputs: results,
      draws: this.#draws,
      reads: this.#reads,
      made: this.#made
    };
    return [recording, outputs];
  }

  #fresh(tensor: { shape: readonly number[]; dtype: Tensor['dtype'] }, origin: Origin): Value {
    return { name: `t${this.#count++}`, shape: [...tensor.shape], dtype: tensor.dtype, origin };
  }

  #isVariable(tensor: Tensor): tensor is Variable {
    return tensor instanceof this.tf.Variable;
  }

  #valueOf(tensor: Tensor): Value {
    if (this.#isVariable(tensor)) {
      return this.#versionOf(tensor);
    }
    let { id } = tensor;
    while (!this.#values.has(id) && this.#aliases.has(id)) {
      id = this.#aliases.get(id)!;
    }
    const known = this.#values.get(id);
    if (known) {
      return { ...known, shape: [...tensor.shape] };
    }
    const draw = drawOf(tensor);
    const value = draw
      ? this.#fresh(tensor, { kind: 'draw', draw })
      : this.#fresh(tensor, {
          kind: 'constant',
          values: this.#readSync(tensor.dataId).slice(),
          shape: [...tensor.shape]
        });
    if (draw) {
      this.#draws.push(value);
    }
    this.#values.set(tensor.id, value);
    return value;
  }

  #versionOf(variable: Variable): Value {
    let value = this.#versions.get(variable.id);
    if (!value) {
      value = this.#fresh(variable, { kind: 'variable', variable });
      this.#versions.set(variable.id, value);
      this.#variables.set(variable, value);
    }
    return value;
  }

  /** Replaces what sees every operation; returns how to undo it. */
  #watch(): () => void {
    const engine = this.#engine;
    const variables = this.tf.Variable.prototype as unknown as { assign(value: Tensor): void };
    const { runKernelFunc, makeTensor, readSync, makeVariable } = engine;
    const { assign } = variables;
    const restoreOptimizer = this.#optimizer ? this.#watchOptimizer(this.#optimizer) : () => undefined;
    engine.runKernelFunc = params => this.#kernel(params, each => runKernelFunc.call(engine, each));
    engine.makeTensor = (values, ...more) => {
      const sign = this.#optimizer ? signOf(values) : null;
      const tensor = makeTensor.call(engine, sign ? Float32Array.of(sign * this.#rate) : values, ...more);
      if (sign) {
        this.#values.set(tensor.id, this.#fresh(tensor, { kind: 'rate', sign }));
      }
      return tensor;
    };
    engine.makeVariable = (...initial) => {
      const variable = makeVariable.apply(engine, initial);
      this.#made.push({ variable, values: this.#readSync(variable.dataId).slice() });
      return variable;
    };
    engine.readSync = dataId => {
      if (this.#depth === 0) {
        this.#reads++;
      }
      return this.#readSync(dataId);
    };
    const assigned = (variable: Variable, value: Tensor): void => this.#assign(variable, value, assign);
    variables.assign = function (this: Variable, value: Tensor) {
      assigned(this, value);
    };
    return () => {
      Object.assign(engine, { runKernelFunc, makeTensor, readSync, makeVariable });
      variables.assign = assign;
      restoreOptimizer();
    };
  }

  /** Sees where the update begins, and has the rate stand for itself; returns how to undo it. */
  #watchOptimizer(optimizer: OptimizerInternals): () => void {
    // A wrapper around the optimizer, such as one that clips, is a part of the step; its own method is where the update begins.
    const owner = ownerOf(optimizer, 'applyGradients');
    const { applyGradients } = owner;
    const { learningRate } = optimizer;
    this.#rate = learningRate;
    owner.applyGradients = given => this.#apply(given, () => applyGradients.call(optimizer, given));
    const unwrap = Object.hasOwn(optimizer, 'applyGradients') ? this.#watchWrapper(optimizer) : () => undefined;
    optimizer.learningRate = SENTINEL;
    return () => {
      unwrap();
      owner.applyGradients = applyGradients;
      optimizer.learningRate = learningRate;
    };
  }

  /** A wrapper may hold the optimizer's own method from before: its gradients are at least those that it was given. */
  #watchWrapper(optimizer: OptimizerInternals): () => void {
    const { applyGradients } = optimizer;
    optimizer.applyGradients = given => {
      const gradients = this.#gradientsOf(given);
      applyGradients.call(optimizer, given);
      this.#gradients = this.#update ? this.#gradients : gradients;
    };
    return () => (optimizer.applyGradients = applyGradients);
  }

  #kernel(params: KernelParams, run: (params: KernelParams) => Tensor | Tensor[]): Tensor | Tensor[] {
    const { kernelName, inputs = {}, attrs = {} } = params;
    if (kernelName === undefined) {
      return run(params);
    }
    if (this.#depth > 0) {
      const inner = run(params);
      if (kernelName === 'Identity') {
        this.#keep(inputs['x'] as Tensor, inner as Tensor);
      }
      return inner;
    }
    const taken: Record<string, Value | Value[]> = {};
    for (const [name, given] of Object.entries(inputs)) {
      if (given) {
        taken[name] = Array.isArray(given)
          ? (given as Tensor[]).map(each => this.#valueOf(each))
          : this.#valueOf(given as Tensor);
      }
    }
    this.#depth++;
    let made: Tensor | Tensor[];
    try {
      made = run(params);
    } finally {
      this.#depth--;
    }
    if (kernelName === 'Identity') {
      this.#values.set((made as Tensor).id, taken['x'] as Value);
      return made;
    }
    const outputs = [made].flat().map(tensor => {
      const value = this.#fresh(tensor, { kind: 'made' });
      this.#values.set(tensor.id, value);
      return value;
    });
    this.#calls.push({ kernel: kernelName, inputs: taken, attributes: attrs, outputs });
    return made;
  }

  /** What is kept for gradients is a copy; its value is that of now. */
  #keep(from: Tensor, copy: Tensor): void {
    if (this.#isVariable(from)) {
      this.#values.set(copy.id, this.#versionOf(from));
    } else {
      this.#aliases.set(copy.id, from.id);
    }
  }

  #assign(variable: Variable, tensor: Tensor, assign: (this: Variable, value: Tensor) => void): void {
    this.#versionOf(variable);
    const value = this.#valueOf(tensor);
    assign.call(variable, tensor);
    this.#versions.set(variable.id, value);
    this.#assigned.set(variable, value);
  }

  #apply(given: Gradients, apply: () => void): void {
    this.#gradients = this.#gradientsOf(given);
    const from = this.#calls.length;
    apply();
    this.#update = { from, to: this.#calls.length };
  }

  #gradientsOf(given: Gradients): Gradient[] {
    const named = Array.isArray(given)
      ? (given as { name: string; tensor: Tensor | null }[]).map(({ name, tensor }) => [name, tensor] as const)
      : Object.entries(given as Record<string, Tensor | null>);
    return named.flatMap(([name, tensor]) =>
      tensor
        ? [
            {
              variable: this.#engine.state.registeredVariables[name]!,
              value: this.#valueOf(tensor),
              values: Float32Array.from(this.#readSync(tensor.dataId))
            }
          ]
        : []
    );
  }
}

function ownerOf(optimizer: OptimizerInternals, method: 'applyGradients'): OptimizerInternals {
  let prototype = Object.getPrototypeOf(optimizer) as OptimizerInternals;
  while (!Object.hasOwn(prototype, method)) {
    prototype = Object.getPrototypeOf(prototype) as OptimizerInternals;
  }
  return prototype;
}

function signOf(values: ArrayLike<unknown> | undefined): 1 | -1 | null {
  const [value] = values?.length === 1 ? [values[0]] : [];
  if (typeof value !== 'number') {
    return null;
  }
  const single = Math.fround(value);
  return single === SENTINEL ? 1 : single === -SENTINEL ? -1 : null;
}
