import type { PREFLIGHT_CHECKS } from '@slipway/contract';
import type { TranslationBundle } from '@jupyterlab/translation';

export type CheckId = (typeof PREFLIGHT_CHECKS)[number];

/** Title of a check before its report is available. */
export function checkTitle(id: CheckId, trans: TranslationBundle): string {
  switch (id) {
    case 'signature-matches-frame':
      return trans.__('Signature matches the training frame');
    case 'onnx-equals-model':
      return trans.__('ONNX equals the notebook model');
    case 'better-than-baseline':
      return trans.__('Better than the baselines');
    case 'output-not-constant':
      return trans.__('Output is not constant');
    case 'no-leakage':
      return trans.__('No input gives the target away');
    case 'no-future-leak':
      return trans.__('What is predicted has not happened yet');
    case 'no-train-test-overlap':
      return trans.__('Test rows are not training rows');
    case 'inputs-in-range':
      return trans.__('Inputs hold possible values');
    case 'loss-below-constant':
      return trans.__('Loss fell below that of a constant');
    case 'overfits-small-batch':
      return trans.__('The network can overfit a small batch');
    case 'labels-kept':
      return trans.__('Labels belong to their rows and keep their meaning');
    case 'behaviors':
      return trans.__('Passes its behavior tests');
    case 'service-replay':
      return trans.__('Service gives the recorded answers');
    case 'malformed-request':
      return trans.__('Malformed requests are refused');
  }
}
