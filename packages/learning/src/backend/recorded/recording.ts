import { createHash } from 'node:crypto';
import type { NativeTensor, NativeValues, NodeBackend, OpAttribute, TensorFlowBinding } from '../node-backend.js';

/** An operation that ran, and the tensors that it took and gave. */
export interface RecordedNode {
  readonly op: string;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly number[];
  readonly outputs: readonly NativeTensor[];
}

/** A tensor that was made from values of JavaScript. */
export interface RecordedConstant {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly values: NativeValues;
}

/** Which sign the learning rate has where it enters the step. */
export type Sign = 1 | -1;

/**
 * Everything that one execution of a step asked of TensorFlow. Native ids are never used twice, so that they name the
 * values of the step.
 */
export class Recording {
  constructor(readonly nodes: RecordedNode[] = []) {}

  readonly constants = new Map<number, RecordedConstant>();
  /** Tensor id → index of the node that made it, and which of its outputs it is. */
  readonly made = new Map<number, readonly [node: number, output: number]>();
  /** Tensors whose values JavaScript asked for. */
  readonly reads: number[] = [];
  /** Tensors that hold the learning rate. */
  readonly rates = new Map<number, Sign>();

  /** The same with other nodes in the places of these, which give the same tensors. */
  with(nodes: RecordedNode[]): Recording {
    return Object.assign(new Recording(nodes), {
      constants: this.constants,
      made: this.made,
      reads: this.reads,
      rates: this.rates
    });
  }

  /** Ids of tensors that any node read. */
  get used(): Set<number> {
    return new Set(this.nodes.flatMap(node => node.inputs));
  }
}

/** Represents the learning rate while a step is recorded: a value that no step has by accident. */
const SENTINEL = Math.fround(1234.567889);

/** An optimizer whose learning rate enters the step as it is, or with its sign changed. */
export interface RateHolder {
  learningRate: number;
}

/**
 * Runs `step` once, really, and records it at the binding.
 *
 * @param rate its learning rate becomes an argument of the recording instead of a constant.
 */
export function record<T>(backend: NodeBackend, rate: RateHolder | null, step: () => T): [Recording, T] {
  const real = backend.binding;
  const recording = new Recording();
  const value = rate?.learningRate ?? 0;
  backend.binding = recordingBinding(real, recording, rate ? value : null);
  if (rate) {
    rate.learningRate = SENTINEL;
  }
  try {
    return [recording, step()];
  } finally {
    backend.binding = real;
    if (rate) {
      rate.learningRate = value;
    }
  }
}

/** The addon's own properties are read-only, so that a copy replaces it. */
function recordingBinding(real: TensorFlowBinding, recording: Recording, rate: number | null): TensorFlowBinding {
  const copy = Object.fromEntries(
    Object.getOwnPropertyNames(real).map(name => [name, real[name as keyof TensorFlowBinding]])
  ) as unknown as TensorFlowBinding;
  return Object.assign(copy, {
    createTensor(shape: readonly number[], dtype: number, values: NativeValues): number {
      const sign = rate !== null && dtype === real.TF_FLOAT && values.length === 1 ? signOf(values[0]) : null;
      if (sign !== null) {
        const id = real.createTensor(shape, dtype, Float32Array.of(sign * rate!));
        recording.rates.set(id, sign);
        return id;
      }
      const id = real.createTensor(shape, dtype, values);
      recording.constants.set(id, { shape: [...shape], dtype, values: values.slice() });
      return id;
    },
    executeOp(
      op: string,
      attributes: readonly OpAttribute[],
      inputs: readonly number[],
      count: number
    ): NativeTensor[] {
      const outputs = real.executeOp(op, attributes, inputs, count);
      const node = recording.nodes.push({ op, attributes, inputs: [...inputs], outputs }) - 1;
      outputs.forEach((output, i) => recording.made.set(output.id, [node, i]));
      return outputs;
    },
    tensorDataSync(id: number): NativeValues {
      recording.reads.push(id);
      return real.tensorDataSync(id);
    }
  });
}

function signOf(value: unknown): Sign | null {
  if (typeof value !== 'number') {
    return null;
  }
  const single = Math.fround(value);
  return single === SENTINEL ? 1 : single === -SENTINEL ? -1 : null;
}

/** Of TensorFlow's TF_DataType. */
const TF_BOOL = 10;

/** The bytes of a constant, as TensorFlow keeps them. */
export function bytesOf(constant: RecordedConstant, floatType: number): Uint8Array {
  const { values, dtype } = constant;
  if (ArrayBuffer.isView(values)) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
  if (values.some(value => typeof value === 'string')) {
    throw new Error('a step with text in it cannot be recorded');
  }
  const numbers = values.map(Number);
  if (dtype === TF_BOOL) {
    return Uint8Array.from(numbers);
  }
  return new Uint8Array(dtype === floatType ? Float32Array.from(numbers).buffer : Int32Array.from(numbers).buffer);
}

/**
 * What a recording does, one line for each operation: equal for two recordings exactly when the same operations ran on the
 * same constants.
 *
 * @param nameOf says what a tensor from outside of the step is.
 */
export function signatureOf(recording: Recording, floatType: number, nameOf: (id: number) => string): string[] {
  const name = (id: number): string => {
    const made = recording.made.get(id);
    if (made) {
      return `n${made[0]}:${made[1]}`;
    }
    const sign = recording.rates.get(id);
    if (sign !== undefined) {
      return `rate${sign}`;
    }
    const constant = recording.constants.get(id);
    if (!constant) {
      return nameOf(id);
    }
    const digest = createHash('sha1').update(bytesOf(constant, floatType)).digest('base64');
    return `c${constant.dtype}[${constant.shape.join(',')}]${digest}`;
  };
  return recording.nodes.map(
    node => `${node.op}${JSON.stringify(node.attributes)}(${node.inputs.map(name).join(' ')})`
  );
}
