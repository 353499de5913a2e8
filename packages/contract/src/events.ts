import { z } from 'zod';

/**
 * Live events say what changed; the client reads the entity again through its own route. `id` grows by one for each
 * event, and a client that reconnects with `Last-Event-ID` gets what it missed, or one `reset` when that is too old.
 */
export const ServerEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reset') }),
  z.object({ type: z.literal('run.changed'), run_id: z.string(), experiment_id: z.string() }),
  z.object({ type: z.literal('session.changed'), session_id: z.string() }),
  z.object({ type: z.literal('cell.changed'), session_id: z.string(), execution_id: z.string() }),
  z.object({ type: z.literal('dataset.changed'), name: z.string() }),
  z.object({ type: z.literal('model.changed'), name: z.string() }),
  z.object({ type: z.literal('promotion.changed'), promotion_id: z.string() }),
  z.object({ type: z.literal('service.changed'), name: z.string() })
]);
export type ServerEvent = z.infer<typeof ServerEvent>;
