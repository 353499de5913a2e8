import type { Promotion, PromotionState, ServerEvent } from '@slipway/contract';
import { UnreachableError, type SlipwayClient } from '@slipway/client';
import type { ILiveConnection } from '../live/index.js';

export interface FollowOptions {
  readonly client: Pick<SlipwayClient, 'call'>;
  readonly connection: ILiveConnection;
  readonly onChange: (promotion: Promotion) => void;
}

/** Reads again after this time without an event, in case one was lost. */
const LOOK_AGAIN_MS = 3_000;

/** Whether a promotion has ended. */
export function isSettled(state: PromotionState): boolean {
  switch (state) {
    case 'preflight':
    case 'releasing':
      return false;
    case 'refused':
    case 'running':
    case 'failed':
      return true;
  }
}

/**
 * Follows a promotion by its events until it has ended, and resolves to its final state. A server that is away for a
 * while is waited for.
 *
 * @throws RefusedError, ContractError as the client does.
 */
export async function followPromotion(started: Promotion, options: FollowOptions): Promise<Promotion> {
  let promotion = started;
  options.onChange(promotion);
  while (!isSettled(promotion.state)) {
    await nextChange(promotion.promotion_id, options.connection);
    try {
      const params = { promotion_id: promotion.promotion_id };
      promotion = await options.client.call('getPromotion', { params });
      options.onChange(promotion);
    } catch (reason) {
      if (!(reason instanceof UnreachableError)) {
        throw reason;
      }
    }
  }
  return promotion;
}

function nextChange(promotionId: string, connection: ILiveConnection): Promise<void> {
  return new Promise(resolve => {
    const finish = (): void => {
      clearTimeout(timer);
      connection.event.disconnect(onEvent);
      resolve();
    };
    const onEvent = (_sender: ILiveConnection, event: ServerEvent): void => {
      if (event.type === 'reset' || (event.type === 'promotion.changed' && event.promotion_id === promotionId)) {
        finish();
      }
    };
    const timer = setTimeout(finish, LOOK_AGAIN_MS);
    connection.event.connect(onEvent);
  });
}
