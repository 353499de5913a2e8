import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import type { Tf } from '../../train/tensorflow.js';
import type { NodeBackend } from '../node-backend.js';
import { functionDefinition, type FunctionArgument } from './function-definition.js';
import { Operations } from './operations.js';
import { record, signatureOf, type RateHolder, type Recording, type Sign } from './recording.js';
import { XlaTrial, type XlaChoices } from './xla-trial.js';

/** How the training steps of a model were executed. */
export interface StepReport {
  /** `op by op` also stands for steps before and between replays. */
  readonly mode: 'recorded' | 'recorded with XLA' | 'op by op';
  /** Why a step is executed op by op, or why XLA was or was not taken. */
  readonly reason: string | null;
  readonly replayed: number;
  /** Executed op by op, those that were recorded while they ran among them. */
  readonly executed: number;
}

/** A step takes the tensors of one batch, changes variables, and returns losses and metrics. */
export type Step = (inputs: Tensor[]) => Tensor[];

export interface StepOptions {
  readonly tf: Tf;
  readonly backend: NodeBackend;
  readonly optimizer: Optimizer;
  readonly step: Step;
  readonly xla: XlaChoices;
}

/** A step that was written as a function, for inputs of certain types and shapes. */
interface Replay {
  readonly name: string;
  readonly signature: readonly string[];
  /** Gives the id of each argument. */
  readonly args: readonly ((inputs: readonly Tensor[]) => number)[];
  /** Variables that the step changes; their new values are its first results. */
  readonly state: readonly Variable[];
  readonly outputs: readonly { readonly shape: number[]; readonly dtype: number }[];
  readonly argumentIds: Int32Array;
  readonly resultIds: Int32Array;
}

/** Optimizers of tfjs whose learning rate enters the step unchanged, or with its sign changed. */
const PLAIN_RATE = new Set(['Adam', 'Adamax', 'RMSProp', 'Adagrad', 'Adadelta']);
/** Attempts to record that found the step unfinished, e.g. because it made variables, before it is left alone. */
const ATTEMPTS = 4;
/** Steps without a word of a new epoch (a loop of `trainOnBatch`) after which one is recorded again and compared. */
const AUDIT_INTERVAL = 200;
/** Comparing costs some steps' time: with epochs shorter than this it is done in some of them only. */
const REPLAYS_BETWEEN_AUDITS = 16;

let functions = 0;
const forgetFunctions = new FinalizationRegistry<() => void>(forget => forget());

/**
 * A training step that is recorded as one TensorFlow function while it runs, and then replayed as one call. The first
 * step runs op by op, as it makes the optimizer's variables; the next two are recorded and compared, since a step that draws
 * its random numbers in JavaScript would be frozen by a recording. Once an epoch a real step is recorded again and
 * compared. What cannot be recorded runs op by op, and the report says why.
 */
export class RecordedStep {
  readonly #options: StepOptions;
  readonly #operations: Operations;
  readonly #replays = new Map<string, Replay>();
  /** Signatures of first recordings, which wait for a second one. */
  readonly #pending = new Map<string, readonly string[]>();
  readonly #names: string[] = [];
  readonly #rates = new Map<Sign, { value: number; id: number }>();
  readonly #trial: XlaTrial;
  #pure = false;
  #attempts = 0;
  #refused: string | null = null;
  #auditDue = false;
  #sinceAudit = 0;
  #replayed = 0;
  #executed = 0;

  constructor(options: StepOptions) {
    this.#options = options;
    this.#operations = operationsOf(options.backend);
    this.#trial = new XlaTrial(options.xla);
    const names = this.#names;
    const { binding } = options.backend;
    forgetFunctions.register(this, () => names.forEach(name => binding.removeFunction(name)));
  }

  get report(): StepReport {
    const recorded = this.#refused === null && this.#replayed > 0;
    return {
      mode: recorded ? (this.#trial.usesXla ? 'recorded with XLA' : 'recorded') : 'op by op',
      reason: this.#refused ?? (recorded ? this.#trial.reason : 'too few steps to record one'),
      replayed: this.#replayed,
      executed: this.#executed
    };
  }

  /** A new epoch begins: the next step is recorded again and compared with what is replayed. */
  epochBegan(): void {
    const isFirst = this.#replayed > 0 && this.#replayed === this.#sinceAudit;
    this.#auditDue ||= isFirst || this.#sinceAudit >= REPLAYS_BETWEEN_AUDITS;
  }

  /** Tells how much work is ahead, in floating point operations: XLA is tried when its compilation can pay. */
  planned(operations: number): void {
    this.#trial.planned(operations);
  }

  /** Executes the step on one batch. */
  run(inputs: Tensor[]): Tensor[] {
    if (this.#refused !== null || this.#executed === 0) return this.#execute(inputs);
    const key = inputs.map(input => (input ? `${input.dtype}${input.shape.join(',')}` : '-')).join(';');
    const replay = this.#replays.get(key);
    if (!replay) return this.#record(inputs, key);
    if (this.#auditDue || this.#sinceAudit >= AUDIT_INTERVAL) return this.#audit(inputs, replay);
    return this.#replay(inputs, replay);
  }

  #execute(inputs: Tensor[]): Tensor[] {
    this.#executed++;
    return this.#options.step(inputs);
  }

  #refuse(reason: string): void {
    this.#refused = reason;
  }

  #record(inputs: Tensor[], key: string): Tensor[] {
    const { tf, backend } = this.#options;
    const { before, variableIds, inputIds } = this.#outside(inputs);
    // Their first values must live until the recording is written.
    const kept = before.map(variable => tf.keep(variable.clone()));
    try {
      this.#executed++;
      const [recording, outputs] = record(backend, this.#rateHolder(), () => this.#options.step(inputs));
      const known = new Set([...inputIds, ...variableIds]);
      const read = recording.reads.find(id => recording.made.has(id) || known.has(id));
      if (this.#variables().length !== before.length || read !== undefined) {
        if (++this.#attempts >= ATTEMPTS) {
          this.#refuse(
            read === undefined ? 'every step makes new variables' : 'the step reads values of tensors in JavaScript'
          );
        }
        return outputs;
      }
      this.#take(recording, { key, inputs, outputs, inputIds, before, variableIds });
      return outputs;
    } finally {
      tf.dispose(kept);
    }
  }

  #take(
    recording: Recording,
    seen: {
      key: string;
      inputs: readonly Tensor[];
      outputs: readonly Tensor[];
      inputIds: readonly number[];
      before: readonly Variable[];
      variableIds: readonly number[];
    }
  ): void {
    try {
      const signature = this.#signature(recording, seen.inputIds, seen.before, seen.variableIds);
      if (!this.#pure) {
        const first = this.#pending.get(seen.key);
        this.#pending.set(seen.key, signature);
        if (!first) return;
        const difference = differenceOf(first, signature);
        if (difference) return this.#refuse(`two recordings of the step differ ${difference}`);
        this.#pure = true;
      }
      this.#replays.set(seen.key, this.#define(recording, signature, seen));
    } catch (error) {
      this.#refuse(`the step cannot be recorded: ${messageOf(error)}`);
    }
  }

  #define(
    recording: Recording,
    signature: readonly string[],
    seen: {
      inputs: readonly Tensor[];
      outputs: readonly Tensor[];
      inputIds: readonly number[];
      before: readonly Variable[];
      variableIds: readonly number[];
    }
  ): Replay {
    const { backend } = this.#options;
    const { binding } = backend;
    const outputIds = seen.outputs.map(output => this.#idOf(output));
    const used = new Set([...recording.used, ...outputIds]);
    const args: FunctionArgument[] = [];
    const getters: ((inputs: readonly Tensor[]) => number)[] = [];
    const given = new Set<number>();
    const add = (ids: readonly number[], dtype: number, get: (inputs: readonly Tensor[]) => number): void => {
      args.push({ ids, dtype });
      getters.push(get);
      ids.forEach(id => given.add(id));
    };
    seen.inputs.forEach((input, i) => {
      const id = seen.inputIds[i]!;
      if (!input || !used.has(id) || given.has(id)) return;
      add([id], backend.getDTypeInteger(input.dtype), inputs => this.#idOf(inputs[i]!));
    });
    seen.before.forEach((variable, i) => {
      const id = seen.variableIds[i]!;
      if (!used.has(id) || given.has(id)) return;
      add([id], backend.getDTypeInteger(variable.dtype), () => this.#idOf(variable));
    });
    for (const sign of [1, -1] as const) {
      const ids = [...recording.rates].filter(([id, each]) => each === sign && used.has(id)).map(([id]) => id);
      if (ids.length > 0) add(ids, binding.TF_FLOAT, () => this.#rateId(sign));
    }
    for (const id of used) {
      const isInside = recording.made.has(id) || recording.constants.has(id) || recording.rates.has(id);
      if (isInside || given.has(id)) continue;
      const property = this.#optimizerProperty(id);
      add([id], binding.tensorType(id), property ? () => this.#idOf(this.#optimizerTensor(property)!) : () => id);
    }
    const state = seen.before.filter((variable, i) => this.#idOf(variable) !== seen.variableIds[i]);
    const results = [...state.map(variable => this.#idOf(variable)), ...outputIds];
    const name = `slipway_step_${process.pid}_${functions++}`;
    binding.addFunction(functionDefinition(name, recording, args, results, { binding, operations: this.#operations }));
    this.#names.push(name);
    return {
      name,
      signature,
      args: getters,
      state,
      outputs: seen.outputs.map(({ shape, dtype }) => ({ shape: [...shape], dtype: backend.getDTypeInteger(dtype) })),
      argumentIds: new Int32Array(args.length),
      resultIds: new Int32Array(results.length)
    };
  }

  #audit(inputs: Tensor[], replay: Replay): Tensor[] {
    this.#auditDue = false;
    this.#sinceAudit = 0;
    const { backend } = this.#options;
    const { before, variableIds, inputIds } = this.#outside(inputs);
    this.#executed++;
    const [recording, outputs] = record(backend, this.#rateHolder(), () => this.#options.step(inputs));
    try {
      const difference = differenceOf(replay.signature, this.#signature(recording, inputIds, before, variableIds));
      if (difference) this.#refuse(`the step has changed since it was recorded: it differs ${difference}`);
    } catch (error) {
      this.#refuse(`the step could not be compared with its recording: ${messageOf(error)}`);
    }
    return outputs;
  }

  #replay(inputs: Tensor[], replay: Replay): Tensor[] {
    const { backend, optimizer, tf } = this.#options;
    const { binding } = backend;
    const { args, argumentIds, resultIds } = replay;
    try {
      for (let i = 0; i < args.length; i++) argumentIds[i] = args[i]!(inputs);
      const call = (xla: boolean): void => binding.executeFunction(replay.name, argumentIds, resultIds, xla);
      const discard = (): void => resultIds.forEach(id => binding.deleteTensor(id));
      const wait = (): void => void binding.tensorDataSync(resultIds.at(-1)!);
      this.#trial.decide(replay.signature, { call, discard, wait });
      call(this.#trial.usesXla);
    } catch (error) {
      // Nothing was changed yet: this step and all that follow are executed op by op.
      this.#refuse(`the recorded step failed: ${messageOf(error)}`);
      return this.#execute(inputs);
    }
    this.#replayed++;
    this.#sinceAudit++;
    let at = 0;
    for (const variable of replay.state) {
      const id = resultIds[at++]!;
      const data = backend.tensorMap.get(variable.dataId);
      if (data.refCount === 1) {
        binding.deleteTensor(data.id);
        data.id = id;
      } else {
        const value = backend.createOutputTensor({ id, shape: variable.shape, dtype: data.dtype });
        variable.assign(value);
        tf.dispose(value);
      }
    }
    (optimizer as unknown as { incrementIterations(): void }).incrementIterations();
    return replay.outputs.map(({ shape, dtype }) => backend.createOutputTensor({ id: resultIds[at++]!, shape, dtype }));
  }

  #signature(
    recording: Recording,
    inputIds: readonly number[],
    variables: readonly Variable[],
    variableIds: readonly number[]
  ): string[] {
    const names = new Map<number, string>();
    variableIds.forEach((id, i) => names.set(id, `v${variables[i]!.id}`));
    inputIds.forEach((id, i) => names.set(id, `i${i}`));
    return signatureOf(recording, this.#options.backend.binding.TF_FLOAT, id => {
      return names.get(id) ?? this.#optimizerProperty(id) ?? `t${id}`;
    });
  }

  /** What a step takes from outside. Asking for an id hands the values of a new tensor to TensorFlow, before recording. */
  #outside(inputs: readonly Tensor[]): { before: Variable[]; variableIds: number[]; inputIds: number[] } {
    for (const property of Object.keys(this.#options.optimizer)) {
      const tensor = this.#optimizerTensor(property);
      if (tensor) this.#idOf(tensor);
    }
    const before = this.#variables();
    return {
      before,
      variableIds: before.map(variable => this.#idOf(variable)),
      inputIds: inputs.map(input => (input ? this.#idOf(input) : -1))
    };
  }

  #variables(): Variable[] {
    return Object.values(this.#options.tf.engine().registeredVariables);
  }

  #idOf(tensor: Tensor): number {
    return this.#options.backend.getInputTensorIds([tensor])[0]!;
  }

  /** SGD and momentum keep the rate in a tensor of their own, which is an argument like any other. */
  #rateHolder(): RateHolder | null {
    const optimizer = this.#options.optimizer as Optimizer & Partial<RateHolder>;
    return PLAIN_RATE.has(optimizer.getClassName()) && typeof optimizer.learningRate === 'number'
      ? (optimizer as RateHolder)
      : null;
  }

  #rateId(sign: Sign): number {
    const { binding } = this.#options.backend;
    const value = sign * (this.#options.optimizer as unknown as RateHolder).learningRate;
    const known = this.#rates.get(sign);
    if (known?.value === value) return known.id;
    if (known) binding.deleteTensor(known.id);
    const id = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value));
    this.#rates.set(sign, { value, id });
    return id;
  }

  #optimizerTensor(property: string): Tensor | null {
    const value = (this.#options.optimizer as unknown as Record<string, unknown>)[property];
    return value instanceof this.#options.tf.Tensor && !value.isDisposed ? value : null;
  }

  /** The property under which the optimizer keeps a tensor: it may be replaced, e.g. by a new learning rate. */
  #optimizerProperty(id: number): string | undefined {
    return Object.keys(this.#options.optimizer).find(property => {
      const tensor = this.#optimizerTensor(property);
      return tensor !== null && this.#idOf(tensor) === id;
    });
  }
}

const operationTables = new WeakMap<NodeBackend, Operations>();

function operationsOf(backend: NodeBackend): Operations {
  const known = operationTables.get(backend) ?? new Operations(backend.binding.operations());
  operationTables.set(backend, known);
  return known;
}

/** Where two signatures differ first, in words; null when they are equal. */
function differenceOf(first: readonly string[], second: readonly string[]): string | null {
  const at = first.findIndex((line, i) => line !== second[i]);
  if (at < 0 && first.length === second.length) return null;
  const operation = /^\w+/.exec(second[at] ?? first[at] ?? second[first.length] ?? '')?.[0] ?? 'its end';
  return `at ${operation}: random numbers drawn in JavaScript, or a number that changes from step to step`;
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 300);
}
