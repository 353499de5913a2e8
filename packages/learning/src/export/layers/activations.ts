import type { OnnxGraph } from '@slipway/onnx/graph';
import { only, type LayerConfig, type LayerConverter } from './converter.js';

type ActivationWriter = (graph: OnnxGraph, value: string) => string;

const simple =
  (operator: string): ActivationWriter =>
  (graph, value) =>
    graph.node(operator, [value]);

const ACTIVATIONS: Readonly<Record<string, ActivationWriter>> = {
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

/** Activations inside ONNX's recurrent operators, whose parameters default to tfjs's. */
const RECURRENT: Readonly<Record<string, string>> = {
  relu: 'Relu',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  hardsigmoid: 'HardSigmoid',
  softsign: 'Softsign',
  softplus: 'Softplus'
};

/** tfjs writes names in configs of some versions as "hardSigmoid" and in others in snake case. */
function normalized(name: unknown): string {
  return String(name ?? 'linear')
    .replaceAll('_', '')
    .toLowerCase();
}

/** Why a layer's activation cannot be written, or null. */
export function refuseActivation(config: LayerConfig): string | null {
  const { activation } = config;
  return ACTIVATIONS[normalized(activation)] ? null : `its activation "${String(activation)}" has no ONNX form here`;
}

/** Applies a layer's activation. */
export function writeActivation(graph: OnnxGraph, config: LayerConfig, value: string): string {
  return ACTIVATIONS[normalized(config['activation'])]!(graph, value);
}

/** Name of an activation inside a recurrent operator, or null. */
export function recurrentActivation(name: unknown): string | null {
  return RECURRENT[normalized(name)] ?? null;
}

export const activationLayers: Readonly<Record<string, LayerConverter>> = {
  Activation: {
    refuse: refuseActivation,
    write: use => writeActivation(use.graph, use.config, only(use))
  },
  ReLU: {
    write: use => {
      const out = use.graph.node('Relu', [only(use)]);
      const max = use.config['maxValue'];
      return typeof max === 'number' ? use.graph.node('Min', [out, use.graph.floats([max], [1])]) : out;
    }
  },
  LeakyReLU: {
    write: use => use.graph.node('LeakyRelu', [only(use)], { alpha: { float: Number(use.config['alpha'] ?? 0.3) } })
  },
  PReLU: {
    write: use => {
      const alpha = use.layer.getWeights()[0]!;
      return use.graph.node('PRelu', [only(use), use.graph.floats(alpha.dataSync(), alpha.shape)]);
    }
  },
  ELU: { write: use => use.graph.node('Elu', [only(use)], { alpha: { float: Number(use.config['alpha'] ?? 1) } }) },
  Softmax: { write: use => use.graph.node('Softmax', [only(use)], { axis: { int: Number(use.config['axis'] ?? -1) } }) }
};
