import type { LayersModel, Shape } from '@tensorflow/tfjs';

/** One multiplication and one addition for each weight; the way back takes twice as much as the way there. */
const OPERATIONS_PER_WEIGHT = 6;

/**
 * About how many floating point operations one row costs in a training step: each weight of a layer is used once for every
 * place of its output (the pixels of a convolution) or of its input (the steps of a recurrent layer).
 */
export function operationsPerRow(model: LayersModel): number {
  let operations = 0;
  for (const layer of model.layers) {
    const weights = layer.countParams();
    for (const { inputShapes, outputShapes } of weights > 0 ? layer.inboundNodes : []) {
      operations += OPERATIONS_PER_WEIGHT * weights * Math.max(places(inputShapes), places(outputShapes));
    }
  }
  return operations;
}

/** How many vectors a shape [rows, …places, values], or the largest of several, holds for one row. */
function places(shapes: Shape | Shape[]): number {
  const [first] = shapes;
  if (Array.isArray(first)) {
    return Math.max(...(shapes as Shape[]).map(places));
  }
  return (shapes as Shape).slice(1, -1).reduce<number>((product, size) => product * (size ?? 1), 1);
}

/** How many times a step calls its recurrent layers for one value after the other: what they cost beside their weights. */
export function recurrentCalls(model: LayersModel): number {
  return model.layers
    .filter(layer => 'cell' in layer || 'forwardLayer' in layer)
    .flatMap(layer => layer.inboundNodes)
    .reduce((sum, { inputShapes }) => sum + places(inputShapes), 0);
}
