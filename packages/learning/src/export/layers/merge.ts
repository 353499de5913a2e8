import { writes, type LayerConverter } from './converter.js';

/** An operator that takes any number of inputs of one shape. */
const joins = (operator: string): LayerConverter => writes(use => use.graph.node(operator, use.inputs));

export const mergeLayers: Readonly<Record<string, LayerConverter>> = {
  Add: joins('Sum'),
  Average: joins('Mean'),
  Maximum: joins('Max'),
  Minimum: joins('Min'),
  Multiply: writes(use => use.inputs.reduce((product, input) => use.graph.node('Mul', [product, input]))),
  Concatenate: writes(use => use.graph.node('Concat', use.inputs, { axis: { int: Number(use.config['axis'] ?? -1) } }))
};
