import { z } from 'zod';
import type { AccessRule } from '../access.js';

/** Query of a list that comes in pages. */
export const page = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  page_token: z.string().optional()
};

/** The caller gets what is visible to it. */
export const seesSome: AccessRule = { scope: 'read', on: 'visible' };
