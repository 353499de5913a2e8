import { refuseActivation, writeActivation } from './activations.js';
import { only, weightsOf, writes, type LayerConverter } from './converter.js';

const identity = writes(only);

export const denseLayers: Readonly<Record<string, LayerConverter>> = {
  Dense: {
    refuse: refuseActivation,
    write: use => {
      const [kernel, bias] = weightsOf(use.layer);
      let out = use.graph.node('MatMul', [only(use), use.graph.floats(kernel!.data, kernel!.shape)]);
      if (bias) {
        out = use.graph.node('Add', [out, use.graph.floats(bias.data, bias.shape)]);
      }
      return writeActivation(use.graph, use.config, out);
    }
  },
  Embedding: {
    refuse: config => (config['maskZero'] ? 'it masks zeros' : null),
    write: use => {
      const table = weightsOf(use.layer)[0]!;
      const ids = use.graph.node('Cast', [only(use)], { to: { int: 7 } });
      return use.graph.node('Gather', [use.graph.floats(table.data, table.shape), ids], { axis: { int: 0 } });
    }
  },
  // Noise and dropout do nothing when a model is asked.
  Dropout: identity,
  SpatialDropout1D: identity,
  GaussianNoise: identity,
  GaussianDropout: identity,
  AlphaDropout: identity
};
