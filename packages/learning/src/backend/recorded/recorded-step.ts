import type { Optimizer, Tensor } from '@tensorflow/tfjs';
import type { Tf } from '../tfjs.js';
import type { NodeBackend } from '../node-backend.js';
import { differenceOf } from './difference.js';
import { Operations } from './operations.js';
import { record, signatureOf, type Recording } from './recording.js';
import { Replay } from './replay.js';
import { Surroundings, type Before } from './surroundings.js';
import { XlaTrial, type XlaChoices } from './xla-trial.js';
import { firstLineOf } from '@slipway/wording';
import type { Step, StepReport, TrainingStep } from './training-step.js';

export interface StepOptions {
  readonly tf: Tf;
  readonly backend: NodeBackend;
  readonly optimizer: Optimizer;
  readonly step: Step;
  readonly xla: XlaChoices;
}

/** One way to call the step: what it takes, and how it is executed op by op. */
interface StepCall {
  readonly key: string;
  readonly inputs: readonly (Tensor | null)[];
  execute(): Tensor[];
}

/** Attempts to record that found the step unfinished, e.g. because it made variables, before it is left alone. */
const ATTEMPTS = 4;
/** Steps without a word of a new epoch (a loop of `trainOnBatch`) after which one is recorded again and compared. */
const AUDIT_INTERVAL = 200;
/** Comparing costs some steps' time: with epochs shorter than this it is done in some of them only. */
const REPLAYS_BETWEEN_AUDITS = 16;
/** Steps that one turn of the event loop takes at most. */
const MOST_STEPS = 16;
/** So many operations take some 50 ms on one slow core. */
const OPERATIONS_PER_TURN = 2e8;
/** Writing a function of several steps takes as long as some hundred small ones. */
const STEPS_WORTH_CHAINING = 1000;

const forgetFunctions = new FinalizationRegistry<() => void>(forget => forget());

/**
 * A training step that is recorded as one TensorFlow function while it runs, and then replayed as one call. The first
 * step runs op by op, as it makes the optimizer's variables; the next two are recorded and compared, since a step that draws
 * its random numbers in JavaScript would be frozen by a recording. Once an epoch a real step is recorded again and
 * compared. What cannot be recorded runs op by op, and the report says why.
 */
export class RecordedStep implements TrainingStep {
  readonly #options: StepOptions;
  readonly #around: Surroundings;
  readonly #operations: Operations;
  readonly #replays = new Map<string, Replay>();
  /** Functions of several steps, by the key of the step and their number; null where there can be none. */
  readonly #chains = new Map<string, Replay | null>();
  /** Signatures of first recordings, which wait for a second one. */
  readonly #pending = new Map<string, readonly string[]>();
  readonly #names: string[] = [];
  readonly #trial: XlaTrial;
  #stepsAhead = 0;
  #pure = false;
  #attempts = 0;
  #refused: string | null = null;
  #auditDue = false;
  #sinceAudit = 0;
  #replayed = 0;
  #calls = 0;
  #executed = 0;

  constructor(options: StepOptions) {
    this.#options = options;
    this.#around = new Surroundings(options.tf, options.backend, options.optimizer);
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
      calls: this.#calls,
      executed: this.#executed
    };
  }

  /** The next step is recorded again and compared with what is replayed. */
  epochBegan(): void {
    const isFirst = this.#replayed > 0 && this.#replayed === this.#sinceAudit;
    this.#auditDue ||= isFirst || this.#sinceAudit >= REPLAYS_BETWEEN_AUDITS;
  }

  planned(operations: number, steps: number): void {
    this.#trial.planned(operations);
    this.#stepsAhead = steps;
  }

  stepsPerTurn(operations: number): number {
    return Math.min(MOST_STEPS, Math.floor(OPERATIONS_PER_TURN / operations));
  }

  /** TensorFlow's results are the variables' values at once. */
  settle(): void {}

  run(inputs: (Tensor | null)[]): Tensor[] {
    return this.#call({ key: keyOf('batch', inputs), inputs, execute: () => this.#options.step(inputs) });
  }

  runRows(data: readonly (Tensor | null)[], rows: Tensor, batchSize: number): Tensor[] {
    const { tf } = this.#options;
    const count = rows.shape[0]!;
    if (count <= batchSize) {
      return this.#call(this.#rowsCall(data, rows));
    }
    const whole = Math.floor(count / batchSize);
    const together = count % batchSize === 0 ? this.#chain(data, rows, batchSize, whole) : null;
    if (together) {
      return together;
    }
    const parts: { outputs: Tensor[]; share: number }[] = [];
    for (let from = 0; from < count; from += batchSize) {
      const size = Math.min(batchSize, count - from);
      const outputs = this.#call(this.#rowsCall(data, tf.slice(rows, [from], [size])));
      parts.push({ outputs, share: size / count });
    }
    return parts[0]!.outputs.map((_, i) => tf.addN(parts.map(({ outputs, share }) => tf.mul(outputs[i]!, share))));
  }

  #rowsCall(data: readonly (Tensor | null)[], rows: Tensor): StepCall {
    const { tf, step } = this.#options;
    const key = `${keyOf('rows', data, 1)}|${rows.shape[0]}`;
    const execute = (): Tensor[] => step(data.map(each => each && tf.gather(each, rows as ReturnType<Tf['tensor1d']>)));
    return { key, inputs: [...data, rows], execute };
  }

  /** Several steps by one call; null when they have to be taken one by one. */
  #chain(data: readonly (Tensor | null)[], rows: Tensor, batchSize: number, count: number): Tensor[] | null {
    const key = `${keyOf('rows', data, 1)}|${batchSize}`;
    const one = this.#replays.get(key);
    if (this.#refused !== null || !one || this.#auditDue || this.#trial.usesXla || this.#replayed === 0) {
      return null;
    }
    const name = `${key} × ${count}`;
    try {
      let chain = this.#chains.get(name);
      if (chain === undefined) {
        if (this.#stepsAhead < STEPS_WORTH_CHAINING) {
          return null;
        }
        chain = one.several(count, data.length);
        if (chain) {
          this.#names.push(chain.name);
        }
        this.#chains.set(name, chain);
      }
      return chain && this.#perform(chain, [...data, rows], count);
    } catch {
      // Nothing was changed: the steps are taken one by one, and tell what is wrong with them.
      this.#chains.set(name, null);
      return null;
    }
  }

  #call(call: StepCall): Tensor[] {
    if (this.#refused !== null || this.#executed === 0) {
      return this.#execute(call);
    }
    const replay = this.#replays.get(call.key);
    if (!replay) {
      return this.#record(call);
    }
    if (this.#auditDue || this.#sinceAudit >= AUDIT_INTERVAL) {
      return this.#audit(call, replay);
    }
    return this.#replay(call, replay);
  }

  #execute(call: StepCall): Tensor[] {
    this.#executed++;
    return call.execute();
  }

  #refuse(reason: string): void {
    this.#refused = reason;
  }

  #record(call: StepCall): Tensor[] {
    const { tf, backend } = this.#options;
    const before = this.#around.before(call.inputs);
    // Their first values must live until the recording is written.
    const kept = before.variables.map(variable => tf.keep(variable.clone()));
    try {
      this.#executed++;
      const [recording, outputs] = record(backend, this.#around.rateHolder, () => call.execute());
      const known = new Set([...before.inputIds, ...before.variableIds]);
      const read = recording.reads.find(id => recording.made.has(id) || known.has(id));
      if (this.#around.variables().length !== before.variables.length || read !== undefined) {
        if (++this.#attempts >= ATTEMPTS) {
          this.#refuse(
            read === undefined ? 'every step makes new variables' : 'the step reads values of tensors in JavaScript'
          );
        }
        return outputs;
      }
      this.#take(recording, call.key, before, outputs);
      return outputs;
    } finally {
      tf.dispose(kept);
    }
  }

  #take(recording: Recording, key: string, before: Before, outputs: readonly Tensor[]): void {
    try {
      const signature = this.#signature(recording, before);
      if (!this.#pure) {
        const first = this.#pending.get(key);
        this.#pending.set(key, signature);
        if (!first) {
          return;
        }
        const difference = differenceOf(first, signature);
        if (difference) {
          return this.#refuse(`two recordings of the step differ ${difference}`);
        }
        this.#pure = true;
      }
      const replay = Replay.define(this.#around, this.#operations, { recording, signature, before, outputs });
      this.#names.push(replay.name);
      this.#replays.set(key, replay);
    } catch (error) {
      this.#refuse(`the step cannot be recorded: ${messageOf(error)}`);
    }
  }

  #audit(call: StepCall, replay: Replay): Tensor[] {
    this.#auditDue = false;
    this.#sinceAudit = 0;
    const before = this.#around.before(call.inputs);
    this.#executed++;
    const [recording, outputs] = record(this.#options.backend, this.#around.rateHolder, () => call.execute());
    try {
      const difference = differenceOf(replay.signature, this.#signature(recording, before));
      if (difference) {
        this.#refuse(`the step has changed since it was recorded: it differs ${difference}`);
      }
    } catch (error) {
      this.#refuse(`the step could not be compared with its recording: ${messageOf(error)}`);
    }
    return outputs;
  }

  #replay(call: StepCall, replay: Replay): Tensor[] {
    try {
      return this.#perform(replay, call.inputs, 1);
    } catch (error) {
      // Nothing was changed yet: this step and all that follow are executed op by op.
      this.#refuse(`the recorded step failed: ${messageOf(error)}`);
      return this.#execute(call);
    }
  }

  /** @throws Error of TensorFlow, before anything was changed. */
  #perform(replay: Replay, inputs: readonly (Tensor | null)[], steps: number): Tensor[] {
    replay.prepare(inputs);
    this.#trial.decide(replay.signature, replay);
    if (this.#trial.usesXla) {
      replay.execute('xla');
    } else {
      replay.call();
    }
    this.#replayed += steps;
    this.#calls++;
    this.#sinceAudit += steps;
    const optimizer = this.#options.optimizer as unknown as { incrementIterations(): void };
    for (let i = 0; i < steps; i++) {
      optimizer.incrementIterations();
    }
    return replay.take();
  }

  #signature(recording: Recording, before: Before): string[] {
    const names = new Map<number, string>();
    before.variableIds.forEach((id, i) => names.set(id, `v${before.variables[i]!.id}`));
    before.inputIds.forEach((id, i) => names.set(id, `i${i}`));
    return signatureOf(recording, this.#options.backend.binding.TF_FLOAT, id => {
      return names.get(id) ?? this.#around.optimizerProperty(id) ?? `t${id}`;
    });
  }
}

/** Types and shapes of inputs; the first `free` dimensions may have any size. */
function keyOf(kind: string, inputs: readonly (Tensor | null)[], free = 0): string {
  const parts = inputs.map(input => (input ? `${input.dtype}${input.shape.slice(free).join(',')}` : '-'));
  return `${kind}|${parts.join(';')}`;
}

const operationTables = new WeakMap<NodeBackend, Operations>();

function operationsOf(backend: NodeBackend): Operations {
  const known = operationTables.get(backend) ?? new Operations(backend.binding.operations());
  operationTables.set(backend, known);
  return known;
}

function messageOf(error: unknown): string {
  return firstLineOf(error).slice(0, 300);
}
