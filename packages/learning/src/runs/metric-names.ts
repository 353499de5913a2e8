import type { LayersModel } from '@tensorflow/tfjs';
import { warnOfCell } from '@slipway/notebook';

/** Losses of networks that predict numbers. */
const NUMBER_LOSSES = /^(?:mean(?:Squared|Absolute)|huber|logcosh|mse$|mae$)/i;
const warned = new WeakSet<LayersModel>();

/** Whether the name of a metric is that of the share of right classes. */
export function isAccuracy(name: string): boolean {
  return /^(?:(?:val|train|test)_)?acc(?:uracy)?$/i.test(name);
}

/** Warns of a network that predicts numbers and is compiled with accuracy, which then says nothing. */
export function warnOfAccuracyOfNumbers(model: LayersModel): void {
  if (typeof model.loss !== 'string' || !NUMBER_LOSSES.test(model.loss) || warned.has(model)) {
    return;
  }
  const name = model.metricsNames.find(isAccuracy);
  if (name === undefined) {
    return;
  }
  warned.add(model);
  warnOfCell(
    `The network is trained with ${model.loss}, so it predicts numbers, but it logs "${name}", the share of right classes.\n` +
      'Compile it with metrics: ["mae"], or log r2 under its own name.'
  );
}
