import { only, weightsOf, type LayerConfig, type LayerConverter } from './converter.js';

export const normalizationLayers: Readonly<Record<string, LayerConverter>> = {
  BatchNormalization: {
    refuse: (config, layer) => {
      const axis = Number(config['axis'] ?? -1);
      const rank = (layer.outputShape as unknown[]).length;
      return axis === -1 || axis === rank - 1 ? null : `it normalizes axis ${axis}, not the last one`;
    },
    // Inference form: value · scale + shift, both folded from the moving averages.
    write: use => {
      const weights = weightsOf(use.layer).map(w => w.data);
      const { gamma, beta } = scaleAndShift(use.config, weights);
      const mean = weights[weights.length - 2]!;
      const variance = weights[weights.length - 1]!;
      const epsilon = Number(use.config['epsilon'] ?? 1e-3);
      const scale = Array.from(variance, (v, i) => (gamma?.[i] ?? 1) / Math.sqrt(v + epsilon));
      const shift = Array.from(mean, (m, i) => (beta?.[i] ?? 0) - m * scale[i]!);
      const product = use.graph.node('Mul', [only(use), use.graph.floats(scale, [scale.length])]);
      return use.graph.node('Add', [product, use.graph.floats(shift, [shift.length])]);
    }
  },
  LayerNormalization: {
    refuse: (config, layer) => {
      const axes = ([] as unknown[]).concat(config['axis'] ?? -1).map(Number);
      const rank = (layer.outputShape as unknown[]).length;
      return axes.length === 1 && (axes[0] === -1 || axes[0] === rank - 1)
        ? null
        : 'it normalizes other axes than the last one';
    },
    write: use => {
      const width = use.outputShape[use.outputShape.length - 1]!;
      const { gamma, beta } = scaleAndShift(
        use.config,
        weightsOf(use.layer).map(w => w.data)
      );
      const scale = use.graph.floats(gamma ?? new Float32Array(width).fill(1), [width]);
      const shift = use.graph.floats(beta ?? new Float32Array(width), [width]);
      return use.graph.node('LayerNormalization', [only(use), scale, shift], {
        axis: { int: -1 },
        epsilon: { float: Number(use.config['epsilon'] ?? 1e-3) }
      });
    }
  }
};

/** tfjs keeps only the weights that `scale` and `center` ask for, in this order. */
function scaleAndShift(
  config: LayerConfig,
  weights: readonly Float32Array[]
): { gamma: Float32Array | null; beta: Float32Array | null } {
  const scaled = config['scale'] !== false;
  const centred = config['center'] !== false;
  return { gamma: scaled ? weights[0]! : null, beta: centred ? weights[scaled ? 1 : 0]! : null };
}
