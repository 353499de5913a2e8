import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs';
import type { OnnxGraph } from '@slipway/onnx/graph';
import { activationLayers } from './activations.js';
import { convolutionLayers } from './convolution.js';
import { notExportable, type Layer, type LayerConfig, type LayerConverter } from './converter.js';
import { denseLayers } from './dense.js';
import { mergeLayers } from './merge.js';
import { normalizationLayers } from './normalization.js';
import { poolingLayers } from './pooling.js';
import { recurrentLayers } from './recurrent.js';
import { shapeLayers } from './shape.js';

/** tfjs's TimeDistributed with what it wraps. */
type WrappingLayer = Layer & { layer: Layer };

/** A dense layer works on the last axis whatever comes before it, so that nothing is left to do for each step. */
const timeDistributed: LayerConverter = {
  refuse: (_config, layer) => {
    const inner = (layer as WrappingLayer).layer;
    const kind = inner.getClassName();
    return kind === 'Dense'
      ? denseLayers['Dense']!.refuse!(inner.getConfig() as LayerConfig, inner)
      : `it wraps a ${kind} layer`;
  },
  write: use => {
    const inner = (use.layer as WrappingLayer).layer;
    return denseLayers['Dense']!.write({ ...use, layer: inner, config: inner.getConfig() as LayerConfig });
  }
};

/** How each layer class is written. What is not here cannot be exported. */
const CONVERTERS: Readonly<Record<string, LayerConverter>> = {
  ...denseLayers,
  ...activationLayers,
  ...normalizationLayers,
  ...convolutionLayers,
  ...poolingLayers,
  ...recurrentLayers,
  ...shapeLayers,
  ...mergeLayers,
  TimeDistributed: timeDistributed
};

/** Layer classes that can be exported. */
export const EXPORTABLE_LAYERS: readonly string[] = Object.keys(CONVERTERS);

/** Whether the layer is a model of its own, used as a layer. */
function isModel(layer: Layer): layer is LayersModel {
  return 'layers' in layer && Array.isArray(layer.layers);
}

/**
 * Checks, before anything is written, that every layer of the model can be exported.
 *
 * @throws SlipwayError MODEL_NOT_EXPORTABLE, naming the layer and what about it has no ONNX form.
 */
export function assertExportable(model: LayersModel): void {
  for (const layer of model.layers) {
    const kind = layer.getClassName();
    if (kind === 'InputLayer') {
      continue;
    }
    if (isModel(layer)) {
      assertExportable(layer);
      continue;
    }
    const converter = CONVERTERS[kind];
    if (!converter) {
      throw notExportable(layer, `its class ${kind} has no ONNX form here`, EXPORTABLE_LAYERS);
    }
    const why = converter.refuse?.(layer.getConfig() as LayerConfig, layer) ?? null;
    if (why) {
      throw notExportable(layer, why, EXPORTABLE_LAYERS);
    }
  }
}

/**
 * Writes the layers of a model, whatever its graph: branches, joins and layers that are used more than once.
 *
 * @param inputs names of the values for the model's inputs, in their order.
 * @returns names of the values of its outputs.
 */
export function addLayers(graph: OnnxGraph, model: LayersModel, inputs: readonly string[]): string[] {
  assertExportable(model);
  return writeModel(graph, model, inputs);
}

function writeModel(graph: OnnxGraph, model: LayersModel, inputs: readonly string[]): string[] {
  const written = new Map<string, readonly string[]>();
  model.inputs.forEach((tensor, i) => written.set(placeOf(tensor), [inputs[i]!]));
  const valueOf = (tensor: SymbolicTensor): string => {
    const place = placeOf(tensor);
    let values = written.get(place);
    if (!values) {
      values = writeUse(graph, tensor, valueOf);
      written.set(place, values);
    }
    return values[tensor.tensorIndex] ?? values[0]!;
  };
  return model.outputs.map(valueOf);
}

/** One use of a layer: the same layer may be used at several places. */
function placeOf(tensor: SymbolicTensor): string {
  return `${tensor.sourceLayer.name} ${tensor.nodeIndex}`;
}

function writeUse(graph: OnnxGraph, tensor: SymbolicTensor, valueOf: (tensor: SymbolicTensor) => string): string[] {
  const layer = tensor.sourceLayer;
  const node = layer.inboundNodes[tensor.nodeIndex]!;
  const inputs = node.inputTensors.map(valueOf);
  if (isModel(layer)) {
    return writeModel(graph, layer, inputs);
  }
  const use = {
    graph,
    layer,
    config: layer.getConfig() as LayerConfig,
    inputs,
    inputShapes: node.inputTensors.map(input => input.shape),
    outputShape: tensor.shape
  };
  return [CONVERTERS[layer.getClassName()]!.write(use)];
}
