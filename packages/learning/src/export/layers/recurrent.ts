import type { Attribute, OnnxGraph } from '@slipway/onnx/graph';
import { recurrentActivation } from './activations.js';
import { transposed, weightsOf, type Layer, type LayerConfig, type LayerConverter } from './converter.js';

/** What tfjs calls the layer, what ONNX calls it, and where ONNX has the gates that tfjs has in its own order. */
interface Cell {
  readonly operator: 'LSTM' | 'GRU' | 'RNN';
  /** For each ONNX gate, its place in tfjs's weights. */
  readonly gates: readonly number[];
}

const CELLS: Readonly<Record<string, Cell>> = {
  // tfjs: input, forget, cell, output; ONNX: input, output, forget, cell.
  LSTM: { operator: 'LSTM', gates: [0, 3, 1, 2] },
  // Both: update, reset, hidden.
  GRU: { operator: 'GRU', gates: [0, 1, 2] },
  SimpleRNN: { operator: 'RNN', gates: [0] }
};

/** The operators' activations in ONNX's order: those of the gates, then those of the state. */
function activations(kind: string, config: LayerConfig): (string | null)[] {
  const state = recurrentActivation(config['activation'] ?? 'tanh');
  const gate = recurrentActivation(config['recurrentActivation'] ?? 'hardSigmoid');
  switch (kind) {
    case 'LSTM':
      return [gate, state, state];
    case 'GRU':
      return [gate, state];
    default:
      return [state];
  }
}

function refuse(kind: string): LayerConverter['refuse'] {
  return config => {
    if (config['stateful']) {
      return 'it keeps its state between batches';
    }
    if (config['goBackwards']) {
      return 'it runs backwards outside a Bidirectional layer';
    }
    if (config['returnState']) {
      return 'it gives its state away';
    }
    if (kind === 'GRU' && config['resetAfter']) {
      return 'it resets after the product';
    }
    if (activations(kind, config).includes(null)) {
      return 'one of its activations has no recurrent ONNX form';
    }
    return null;
  };
}

/** Weights of one direction as ONNX wants them: W, R and B = [input bias, 0], gates in ONNX's order. */
function directionWeights(
  layer: Layer,
  cell: Cell,
  units: number
): { w: Float32Array; r: Float32Array; b: Float32Array; width: number } {
  const [kernel, recurrent, bias] = weightsOf(layer);
  const gates = cell.gates.length;
  const width = kernel!.shape[0]!;
  const ordered = (data: Float32Array, rows: number): Float32Array => {
    // [rows, gates · units] to [gates · units, rows], then whole gates into their places.
    const columns = transposed(data, [rows, gates * units], [1, 0]);
    const out = new Float32Array(columns.length);
    cell.gates.forEach((from, to) => {
      out.set(columns.subarray(from * units * rows, (from + 1) * units * rows), to * units * rows);
    });
    return out;
  };
  const b = new Float32Array(2 * gates * units);
  if (bias) {
    cell.gates.forEach((from, to) => b.set(bias.data.subarray(from * units, (from + 1) * units), to * units));
  }
  return { w: ordered(kernel!.data, width), r: ordered(recurrent!.data, units), b, width };
}

interface Recurrence {
  readonly kind: string;
  readonly config: LayerConfig;
  /** One layer, or the forward and the backward one. */
  readonly layers: readonly Layer[];
}

/** Runs the operator; gives all steps [rows, steps, units] of each direction, or the last states [rows, units]. */
function writeRecurrence(graph: OnnxGraph, input: string, { kind, config, layers }: Recurrence): string[] {
  const cell = CELLS[kind]!;
  const units = Number(config['units']);
  const directions = layers.map(layer => directionWeights(layer, cell, units));
  const gates = cell.gates.length;
  const join = (parts: Float32Array[]): number[] => parts.flatMap(part => Array.from(part));
  const count = layers.length;
  const w = graph.floats(join(directions.map(d => d.w)), [count, gates * units, directions[0]!.width]);
  const r = graph.floats(join(directions.map(d => d.r)), [count, gates * units, units]);
  const b = graph.floats(join(directions.map(d => d.b)), [count, 2 * gates * units]);
  const names = activations(kind, config) as string[];
  const attributes: Record<string, Attribute> = {
    hidden_size: { int: units },
    activations: { strings: layers.flatMap(() => names) },
    ...(count === 2 ? { direction: { string: 'bidirectional' } } : {}),
    ...(kind === 'GRU' ? { linear_before_reset: { int: 0 } } : {})
  };
  const steps = graph.node('Transpose', [input], { perm: { ints: [1, 0, 2] } });
  const [all, last] = graph.nodeOutputs(cell.operator, [steps, w, r, b], 2, attributes);
  return layers.map((_, direction) => {
    const place = graph.int64s([direction], []);
    if (!config['returnSequences']) {
      return graph.node('Gather', [last!, place], { axis: { int: 0 } });
    }
    const sequence = graph.node('Gather', [all!, place], { axis: { int: 1 } });
    return graph.node('Transpose', [sequence], { perm: { ints: [1, 0, 2] } });
  });
}

function recurrent(kind: string): LayerConverter {
  return {
    refuse: refuse(kind),
    write: use => writeRecurrence(use.graph, use.inputs[0]!, { kind, config: use.config, layers: [use.layer] })[0]!
  };
}

/** tfjs's Bidirectional with what it wraps. */
type BidirectionalLayer = Layer & { forwardLayer: Layer; backwardLayer: Layer };

const MERGES: Readonly<Record<string, (graph: OnnxGraph, both: readonly string[]) => string>> = {
  concat: (graph, both) => graph.node('Concat', both, { axis: { int: -1 } }),
  sum: (graph, both) => graph.node('Sum', both),
  ave: (graph, both) => graph.node('Mean', both),
  mul: (graph, both) => graph.node('Mul', both)
};

const bidirectional: LayerConverter = {
  refuse: (config, layer) => {
    const { forwardLayer } = layer as BidirectionalLayer;
    const kind = forwardLayer.getClassName();
    if (!CELLS[kind]) {
      return `it wraps a ${kind} layer`;
    }
    if (!MERGES[String(config['mergeMode'])]) {
      return `it merges by "${String(config['mergeMode'])}"`;
    }
    return refuse(kind)!(forwardLayer.getConfig() as LayerConfig, forwardLayer);
  },
  write: use => {
    const { forwardLayer, backwardLayer } = use.layer as BidirectionalLayer;
    const config = forwardLayer.getConfig() as LayerConfig;
    const layers = [forwardLayer, backwardLayer];
    const both = writeRecurrence(use.graph, use.inputs[0]!, { kind: forwardLayer.getClassName(), config, layers });
    return MERGES[String(use.config['mergeMode'])]!(use.graph, both);
  }
};

export const recurrentLayers: Readonly<Record<string, LayerConverter>> = {
  LSTM: recurrent('LSTM'),
  GRU: recurrent('GRU'),
  SimpleRNN: recurrent('SimpleRNN'),
  Bidirectional: bidirectional
};
