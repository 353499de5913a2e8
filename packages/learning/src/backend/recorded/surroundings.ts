import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import type { Tf } from '../tfjs.js';
import type { NodeBackend } from '../node-backend.js';
import type { RateHolder, Sign } from './recording.js';

/** What a step finds before it runs: every variable that there is, and the native ids of these and of its inputs. */
export interface Before {
  readonly inputs: readonly (Tensor | null)[];
  /** -1 is an input that is left out. */
  readonly inputIds: readonly number[];
  readonly variables: readonly Variable[];
  readonly variableIds: readonly number[];
}

/** Optimizers of tfjs whose learning rate enters the step unchanged, or with its sign changed. */
const PLAIN_RATE = new Set(['Adam', 'Adamax', 'RMSProp', 'Adagrad', 'Adadelta']);

/** The tensors around a training step: variables, those that the optimizer keeps, and its learning rate. */
export class Surroundings {
  readonly #rates = new Map<Sign, { value: number; id: number }>();

  constructor(
    readonly tf: Tf,
    readonly backend: NodeBackend,
    readonly optimizer: Optimizer
  ) {}

  /** Asking for an id hands the values of a new tensor to TensorFlow: this must happen before a step is recorded. */
  before(inputs: readonly (Tensor | null)[]): Before {
    for (const property of Object.keys(this.optimizer)) {
      const tensor = this.optimizerTensor(property);
      if (tensor) {
        this.idOf(tensor);
      }
    }
    const variables = this.variables();
    return {
      inputs,
      inputIds: inputs.map(input => (input ? this.idOf(input) : -1)),
      variables,
      variableIds: variables.map(variable => this.idOf(variable))
    };
  }

  variables(): Variable[] {
    return Object.values(this.tf.engine().registeredVariables);
  }

  idOf(tensor: Tensor): number {
    return this.backend.getInputTensorIds([tensor])[0]!;
  }

  /** SGD and momentum keep the rate in a tensor of their own, which is an argument like any other: null for them. */
  get rateHolder(): RateHolder | null {
    const optimizer = this.optimizer as Optimizer & Partial<RateHolder>;
    return PLAIN_RATE.has(optimizer.getClassName()) && typeof optimizer.learningRate === 'number'
      ? (optimizer as RateHolder)
      : null;
  }

  /** A tensor with the learning rate as it is now. */
  rateId(sign: Sign): number {
    const { binding } = this.backend;
    const value = sign * (this.optimizer as unknown as RateHolder).learningRate;
    const known = this.#rates.get(sign);
    if (known?.value === value) {
      return known.id;
    }
    if (known) {
      binding.deleteTensor(known.id);
    }
    const id = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value));
    this.#rates.set(sign, { value, id });
    return id;
  }

  optimizerTensor(property: string): Tensor | null {
    const value = (this.optimizer as unknown as Record<string, unknown>)[property];
    return value instanceof this.tf.Tensor && !value.isDisposed ? value : null;
  }

  /** The property under which the optimizer keeps a tensor: it may be replaced, e.g. by a new learning rate. */
  optimizerProperty(id: number): string | undefined {
    return Object.keys(this.optimizer).find(property => {
      const tensor = this.optimizerTensor(property);
      return tensor !== null && this.idOf(tensor) === id;
    });
  }
}
