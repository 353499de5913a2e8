import { chooseBackend } from '../../backend/choose.js';
import { stepReport } from '../../backend/recorded/index.js';
import { SlipwayError } from '@slipway/notebook';
import { tensorflow } from '../../backend/load-tfjs.js';
import { trainCompiled } from '../train-compiled.js';
import type { FromTrainingProcess, ToTrainingProcess } from './messages.js';
import { buildPortable, weightsOf } from './portable-network.js';
import { messageOf } from '@slipway/wording';

/*
 * Entry of the training process: trains one network after another, as the notebook tells it, and ends with the notebook.
 */
type Order = Extract<ToTrainingProcess, { kind: 'train' }>;

let stopped = false;

process.on('message', (message: ToTrainingProcess) => {
  if (message.kind === 'stop') {
    stopped = true;
  } else {
    void train(message);
  }
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole group; the notebook decides what it means.
process.on('SIGINT', () => undefined);

function tell(message: FromTrainingProcess): void {
  if (process.connected) {
    process.send?.(message);
  }
}

async function train(order: Order): Promise<void> {
  stopped = false;
  try {
    const tf = await tensorflow();
    const backend = await chooseBackend(tf, order.backend);
    let network;
    try {
      network = await buildPortable(tf, order.network);
    } catch (error) {
      tell({ kind: 'cannot-build', reason: messageOf(error) });
      return;
    }
    tell({ kind: 'began', backend });
    const epochs = await trainCompiled(tf, network, order.data, order.settings, {
      isStopped: () => stopped,
      onResumed: epoch => tell({ kind: 'resumed', epoch }),
      onEpoch: (epoch, logs) => tell({ kind: 'epoch', epoch, logs })
    });
    const report = stepReport(network);
    const step = report && { mode: report.mode, reason: report.reason };
    tell({ kind: 'finished', epochs, weights: await weightsOf(network), step });
    network.dispose();
  } catch (error) {
    const message = messageOf(error);
    tell({ kind: 'failed', message, code: error instanceof SlipwayError ? error.code : null });
  }
}
