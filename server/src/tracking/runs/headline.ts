import type { RunStatus } from '@slipway/contract';

/** Metrics that say how good a model is, best first. Matched after a prefix such as `val_` or `test_` is taken off. */
const QUALITY = ['accuracy', 'acc', 'f1', 'auc', 'roc_auc', 'r2', 'rmse', 'mae', 'mse'];
const LOSS = ['loss', 'val_loss'];
const SPLITS = ['test', 'val', 'validation', 'eval', ''];

/**
 * The metric that a run's row shows: while it runs the loss, as it moves; afterwards how good it became, measured on the
 * data that the model knew least.
 *
 * @param keys names of the run's metrics.
 */
export function headlineKey(keys: readonly string[], status: RunStatus): string | undefined {
  const quality = bestQuality(keys);
  const loss = LOSS.find(name => keys.includes(name)) ?? keys.find(key => key.endsWith('loss'));
  const running = status === 'RUNNING' || status === 'SCHEDULED';
  const preferred = running ? (loss ?? quality) : (quality ?? loss);
  return preferred ?? [...keys].filter(key => !key.startsWith('system/')).sort()[0];
}

function bestQuality(keys: readonly string[]): string | undefined {
  for (const name of QUALITY) {
    for (const split of SPLITS) {
      const found = keys.find(key => key === (split === '' ? name : `${split}_${name}`) || key === `${split}/${name}`);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}
