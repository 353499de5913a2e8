import type { DataId, KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs';

export type AttributeValue = string | number | boolean | readonly (string | number | boolean)[];

/** An attribute of an operation; `type` is one of the binding's TF_ATTR_ constants. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: AttributeValue;
}

/** A tensor that TensorFlow made; `dtype` is a TF_DataType. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

export type NativeValues = Float32Array | Int32Array | Uint8Array | readonly (number | boolean | string)[];

/** Who executes the operations of a function: TensorFlow's threads, the calling one alone, or what XLA makes of them. */
export type Execution = 'many threads' | 'one thread' | 'xla';

/** What the addon exports: the binding of tfjs-node, and our functions for recorded steps. */
export interface TensorFlowBinding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_STRING: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: readonly number[], dtype: number, values: NativeValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): NativeValues;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number
  ): NativeTensor[];
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
  /** Registers a serialized FunctionDef. */
  addFunction(definition: Uint8Array): void;
  removeFunction(name: string): void;
  /** The serialized OpList of all operations. */
  operations(): Uint8Array;
  tensorType(id: number): number;
  /** Calls a registered function; fills `outputs` with the ids of new tensors. */
  executeFunction(name: string, inputs: Int32Array, outputs: Int32Array, execution: Execution): void;
}

/** The backend of tfjs-node, as far as it is used here. */
export interface NodeBackend extends KernelBackend {
  binding: TensorFlowBinding;
  readonly tensorMap: { get(id: DataId): { id: number; dtype: number; refCount: number } };
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  getDTypeInteger(dtype: string): number;
  createOutputTensor(tensor: NativeTensor): Tensor;
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly TensorInfo[]): Tensor;
}
