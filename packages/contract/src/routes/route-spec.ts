import type { z } from 'zod';
import type { AccessRule } from '../access.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One route of Slipway's own API. Paths use `{name}` for parameters, as OpenAPI does. */
export interface RouteSpec {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  /** Who may call it. There is no route without a rule: what is not allowed is refused. */
  readonly access: AccessRule;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** `'bytes'`: the body is streamed unchanged. */
  readonly body?: z.ZodType | 'bytes';
  /** `'bytes'` and `'events'` answers are streams. */
  readonly answer: z.ZodType | 'bytes' | 'events';
}
