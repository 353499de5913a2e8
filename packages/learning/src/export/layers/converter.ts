import type { layers as TfLayers, SymbolicTensor } from '@tensorflow/tfjs';
import { SlipwayError } from '@slipway/notebook';
import type { OnnxGraph } from '@slipway/onnx/graph';

export type Layer = TfLayers.Layer;

/** A layer's configuration as tfjs serializes it. */
export type LayerConfig = Readonly<Record<string, unknown>>;

/** One use of a layer in the graph of a model. Shapes have the row dimension first, as null. */
export interface LayerUse {
  readonly graph: OnnxGraph;
  readonly layer: Layer;
  readonly config: LayerConfig;
  /** Names of the values that flow in. */
  readonly inputs: readonly string[];
  readonly inputShapes: readonly (readonly (number | null)[])[];
  readonly outputShape: readonly (number | null)[];
}

/** How one layer class is written as ONNX operators. */
export interface LayerConverter {
  /** Why this configuration cannot be written, or null. Asked before anything is written. */
  refuse?(config: LayerConfig, layer: Layer): string | null;
  /** Writes the operators and returns the name of the resulting value. */
  write(use: LayerUse): string;
}

/** A converter without conditions. */
export function writes(write: LayerConverter['write']): LayerConverter {
  return { write };
}

/** The only input of a layer that has one. */
export function only(use: LayerUse): string {
  return use.inputs[0]!;
}

/** The layer's weights as plain numbers with their shapes, in tfjs's order. */
export function weightsOf(layer: Layer): { data: Float32Array; shape: number[] }[] {
  return layer.getWeights().map(weight => ({ data: weight.dataSync() as Float32Array, shape: weight.shape }));
}

/** Numbers of a tensor with its axes in another order. */
export function transposed(data: ArrayLike<number>, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const newShape = order.map(axis => shape[axis]!);
  const out = new Float32Array(data.length);
  const index = newShape.map(() => 0);
  for (let at = 0; at < out.length; at++) {
    let from = 0;
    for (let axis = 0; axis < order.length; axis++) {
      from += index[axis]! * strides[order[axis]!]!;
    }
    out[at] = data[from]!;
    for (let axis = order.length - 1; axis >= 0 && ++index[axis]! === newShape[axis]; axis--) {
      index[axis] = 0;
    }
  }
  return out;
}

/** A number or a list of numbers as a list of `length`. */
export function numbers(value: unknown, length: number): number[] {
  if (Array.isArray(value)) {
    return value.map(Number);
  }
  return Array.from({ length }, () => Number(value));
}

/** The error for a layer that has no ONNX form here. `why` completes "Layer x cannot be exported to ONNX: …". */
export function notExportable(layer: Layer, why: string, known: readonly string[]): SlipwayError {
  return new SlipwayError('MODEL_NOT_EXPORTABLE', `Layer "${layer.name}" cannot be exported to ONNX: ${why}.`, {
    remedy: `Layers that can: ${known.join(', ')}. Nothing was registered.`
  });
}

export type { SymbolicTensor };
