import type { layers as TfLayers, LayersModel } from '@tensorflow/tfjs';
import { SlipwayError } from '../errors.js';
import type { OnnxGraph } from './graph.js';

type Layer = TfLayers.Layer;
type Config = Record<string, unknown>;
type Converter = (graph: OnnxGraph, layer: Layer, config: Config, value: string) => string;

/** How each layer class is written as ONNX operators. What is not here cannot be exported. */
const CONVERTERS: Readonly<Record<string, Converter>> = {
  InputLayer: (_graph, _layer, _config, value) => value,
  Dropout: (_graph, _layer, _config, value) => value,
  GaussianNoise: (_graph, _layer, _config, value) => value,
  GaussianDropout: (_graph, _layer, _config, value) => value,
  AlphaDropout: (_graph, _layer, _config, value) => value,
  Dense: addDense,
  Activation: (graph, layer, config, value) => addActivation(graph, layer, String(config['activation']), value),
  ReLU: addReLU,
  LeakyReLU: (graph, _layer, config, value) =>
    graph.node('LeakyRelu', [value], { alpha: { float: Number(config['alpha'] ?? 0.3) } }),
  ELU: (graph, _layer, config, value) => graph.node('Elu', [value], { alpha: { float: Number(config['alpha'] ?? 1) } }),
  Softmax: (graph, _layer, config, value) =>
    graph.node('Softmax', [value], { axis: { int: Number(config['axis'] ?? -1) } }),
  BatchNormalization: addBatchNormalization,
  Flatten: (graph, _layer, _config, value) => graph.node('Flatten', [value], { axis: { int: 1 } })
};

/**
 * Checks, before anything is written, that every layer of the model can be exported.
 *
 * @throws SlipwayError MODEL_NOT_EXPORTABLE, naming the layer and its class.
 */
export function assertExportable(model: LayersModel): void {
  for (const layer of model.layers) {
    const kind = layer.getClassName();
    if (!CONVERTERS[kind]) {
      throw notExportable(layer, `its class ${kind} has no ONNX form here`);
    }
    const activation = (layer.getConfig() as Config)['activation'];
    if (typeof activation === 'string' && !ACTIVATIONS[normalized(activation)]) {
      throw notExportable(layer, `its activation "${activation}" has no ONNX form here`);
    }
    if (layer.inboundNodes.length > 1 || layer.inboundNodes.some(node => node.inboundLayers.length > 1)) {
      throw notExportable(layer, 'it is used more than once or joins several inputs');
    }
  }
}

/** Writes the layers of a model one after another; returns the name of the last value. */
export function addLayers(graph: OnnxGraph, model: LayersModel, value: string): string {
  assertExportable(model);
  return model.layers.reduce(
    (current, layer) => CONVERTERS[layer.getClassName()]!(graph, layer, layer.getConfig() as Config, current),
    value
  );
}

function notExportable(layer: Layer, why: string): SlipwayError {
  return new SlipwayError('MODEL_NOT_EXPORTABLE', `Layer "${layer.name}" cannot be exported to ONNX: ${why}.`, {
    remedy: `Layers that can: ${Object.keys(CONVERTERS)
      .filter(k => k !== 'InputLayer')
      .join(', ')}. Nothing was registered.`
  });
}

function addDense(graph: OnnxGraph, layer: Layer, config: Config, value: string): string {
  const [kernel, bias] = layer.getWeights();
  if (!kernel) throw notExportable(layer, 'it has no weights yet');
  let out = graph.node('MatMul', [value, graph.floats(kernel.dataSync(), kernel.shape)]);
  if (bias) out = graph.node('Add', [out, graph.floats(bias.dataSync(), bias.shape)]);
  return addActivation(graph, layer, String(config['activation'] ?? 'linear'), out);
}

function addReLU(graph: OnnxGraph, _layer: Layer, config: Config, value: string): string {
  const out = graph.node('Relu', [value]);
  const max = config['maxValue'];
  return typeof max === 'number' ? graph.node('Min', [out, graph.floats([max], [1])]) : out;
}

/** Inference form: value · scale + shift, both folded from the moving averages. */
function addBatchNormalization(graph: OnnxGraph, layer: Layer, config: Config, value: string): string {
  const weights = layer.getWeights().map(w => w.dataSync());
  const scaled = config['scale'] !== false;
  const centred = config['center'] !== false;
  const epsilon = Number(config['epsilon'] ?? 1e-3);
  const gamma = scaled ? weights[0]! : null;
  const beta = centred ? weights[scaled ? 1 : 0]! : null;
  const mean = weights[weights.length - 2]!;
  const variance = weights[weights.length - 1]!;
  const scale = Array.from(variance, (v, i) => (gamma ? gamma[i]! : 1) / Math.sqrt(v + epsilon));
  const shift = Array.from(mean, (m, i) => (beta ? beta[i]! : 0) - m * scale[i]!);
  const product = graph.node('Mul', [value, graph.floats(scale, [scale.length])]);
  return graph.node('Add', [product, graph.floats(shift, [shift.length])]);
}

type ActivationConverter = (graph: OnnxGraph, value: string) => string;

const simple =
  (operator: string): ActivationConverter =>
  (graph, value) =>
    graph.node(operator, [value]);

const ACTIVATIONS: Readonly<Record<string, ActivationConverter>> = {
  linear: (_graph, value) => value,
  relu: simple('Relu'),
  relu6: (graph, value) => graph.node('Clip', [value, graph.floats([0], []), graph.floats([6], [])]),
  sigmoid: simple('Sigmoid'),
  tanh: simple('Tanh'),
  elu: simple('Elu'),
  selu: simple('Selu'),
  softplus: simple('Softplus'),
  softsign: simple('Softsign'),
  swish: (graph, value) => graph.node('Mul', [value, graph.node('Sigmoid', [value])]),
  softmax: (graph, value) => graph.node('Softmax', [value], { axis: { int: -1 } }),
  // tfjs: clip(0.2 x + 0.5, 0, 1)
  hardsigmoid: (graph, value) => graph.node('HardSigmoid', [value], { alpha: { float: 0.2 }, beta: { float: 0.5 } })
};

/** tfjs writes class names in configs of some versions ("hardSigmoid") and snake case in others. */
function normalized(activation: string): string {
  return activation.replaceAll('_', '').toLowerCase();
}

function addActivation(graph: OnnxGraph, layer: Layer, activation: string, value: string): string {
  const converter = ACTIVATIONS[normalized(activation)];
  if (!converter) throw notExportable(layer, `its activation "${activation}" has no ONNX form here`);
  return converter(graph, value);
}
