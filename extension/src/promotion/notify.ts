import { Notification, showErrorMessage } from '@jupyterlab/apputils';
import type { Promotion } from '@slipway/contract';
import { CommandIDs } from '../commands/ids.js';
import { asCallError } from '@slipway/client';
import type { ISlipway } from '../tokens.js';
import { followPromotion } from './follow.js';
import type { PromotionOrder } from './model.js';

/** JupyterLab cuts notifications at 140 characters; the whole text is offered behind "Details". */
const NOTIFICATION_LENGTH = 140;

function shorten(text: string): string {
  return text.length <= NOTIFICATION_LENGTH ? text : `${text.slice(0, NOTIFICATION_LENGTH - 1)}…`;
}

/** Sends a confirmed promotion and shows its steps in a notification, ending with the service's URL or the error. */
export async function promote(order: PromotionOrder, slipway: ISlipway): Promise<Promotion | null> {
  const { client, connection, host, settings } = slipway;
  const { trans } = host;
  const what = trans.__('%1 v%2 to %3', order.name, order.version, order.environment);
  const id = Notification.emit(trans.__('Promoting %1…', what), 'in-progress', { autoClose: false });
  try {
    const started = await client.call('createPromotion', {
      body: {
        model: order.name,
        version: order.version,
        environment: order.environment,
        reason: order.reason,
        preflight_id: order.preflightId
      }
    });
    const settled = await followPromotion(started, {
      client,
      connection,
      onChange: ({ step }) => {
        const message = step === '' ? trans.__('Promoting %1…', what) : trans.__('Promoting %1: %2', what, step);
        Notification.update({ id, message: shorten(message) });
      }
    });
    if (settled.state === 'running') {
      showSuccess(id, what, settled, slipway);
      if (settings.openServiceAfterPromotion) {
        host.execute(CommandIDs.openService, { name: settled.service });
      }
    } else {
      showFailure(id, what, settled.message ?? trans.__('no reason was given'), slipway);
    }
    return settled;
  } catch (reason) {
    const error = asCallError(reason);
    showFailure(id, what, [error.message, error.remedy].filter(Boolean).join(' '), slipway);
    return null;
  }
}

function showSuccess(id: string, what: string, promotion: Promotion, { host }: ISlipway): void {
  const { trans } = host;
  const message =
    promotion.service_url === null
      ? trans.__('Promoted %1.', what)
      : trans.__('Promoted %1: it answers at %2', what, promotion.service_url);
  Notification.update({
    id,
    type: 'success',
    message: shorten(message),
    autoClose: false,
    actions: [
      {
        label: trans.__('Open service'),
        callback: () => host.execute(CommandIDs.openService, { name: promotion.service }),
        displayType: 'accent'
      }
    ]
  });
}

function showFailure(id: string, what: string, why: string, { host }: ISlipway): void {
  const { trans } = host;
  const message = trans.__('Could not promote %1: %2', what, why);
  Notification.update({
    id,
    type: 'error',
    message: shorten(message),
    autoClose: false,
    actions: [
      {
        label: trans.__('Details'),
        callback: () => void showErrorMessage(trans.__('Could not promote %1', what), why)
      }
    ]
  });
}
