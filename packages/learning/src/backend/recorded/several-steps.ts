import { ProtobufWriter } from '@slipway/onnx/wire';
import { attribute, constant, node, type Source, type WrittenFunction } from './function-writer.js';

/** A function of a step, and in which order its steps run. */
export interface Chain {
  /** Name of the registered function of one step: changed variables first among its results `r0…`, then its outputs. */
  readonly step: string;
  readonly stateful: boolean;
  /** TF_DataType of each argument. */
  readonly argumentTypes: readonly number[];
  /** Which argument holds the numbers of the rows; all others are the same for each step. */
  readonly rows: number;
  /** For each argument, which result of a step is its value in the next one; -1 for none. */
  readonly changed: readonly number[];
  /** TF_DataType of each changed variable. */
  readonly stateTypes: readonly number[];
  /** How many outputs, scalars of float32, follow the variables. */
  readonly outputs: number;
  readonly count: number;
  readonly types: { readonly float: number; readonly int32: number };
}

/**
 * Writes a function that calls a step `count` times, each time on its part of the rows and on the variables that the step
 * before has left, and returns the last variables and the mean of each output.
 */
export function chainDefinition(name: string, chain: Chain): WrittenFunction {
  const { count, rows, types } = chain;
  const nodes = [
    constant('axis', types.int32, scalar(types.int32, Uint8Array.of(0, 0, 0, 0))),
    node('parts', 'Split', ['axis:output:0', `a${rows}`])
      .message(5, attribute('num_split', new ProtobufWriter().int(3, count)))
      .message(5, attribute('T', new ProtobufWriter().int(6, types.int32)))
  ];
  for (let i = 0; i < count; i++) {
    const inputs = chain.argumentTypes.map((_, at) => {
      if (at === rows) {
        return `parts:output:${i}`;
      }
      const result = chain.changed[at]!;
      return result < 0 || i === 0 ? `a${at}` : `s${i - 1}:r${result}:0`;
    });
    nodes.push(node(`s${i}`, chain.step, inputs));
  }
  const share = scalar(types.float, new Uint8Array(Float32Array.of(1 / count).buffer));
  nodes.push(constant('share', types.float, share));
  const float = attribute('T', new ProtobufWriter().int(6, types.float));
  const states = chain.stateTypes.length;
  for (let output = 0; output < chain.outputs; output++) {
    const parts = Array.from({ length: count }, (_, i) => `s${i}:r${states + output}:0`);
    nodes.push(
      node(`sum${output}`, 'AddN', parts)
        .message(5, attribute('N', new ProtobufWriter().int(3, count)))
        .message(5, float),
      node(`mean${output}`, 'Mul', [`sum${output}:sum:0`, 'share:output:0']).message(5, float)
    );
  }
  const results: Source[] = [
    ...chain.stateTypes.map((dtype, i) => ({ reference: `s${count - 1}:r${i}:0`, dtype })),
    ...Array.from({ length: chain.outputs }, (_, i) => ({ reference: `mean${i}:z:0`, dtype: types.float }))
  ];
  return { name, argumentTypes: chain.argumentTypes, nodes, results, stateful: chain.stateful };
}

/** A scalar, as its bytes in memory. */
function scalar(type: number, bytes: Uint8Array): ProtobufWriter {
  return new ProtobufWriter().int(1, type).message(2, new ProtobufWriter()).bytes(4, bytes);
}
