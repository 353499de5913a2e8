import { z } from 'zod';
import { PreflightReport, PreflightRequest } from '../preflight.js';
import { NewPromotion, Promotion } from '../promotions.js';
import type { RouteSpec } from './route-spec.js';

/** From a model version to an environment. */
export const promotionsRoutes = {
  createPreflight: {
    method: 'POST',
    path: '/api/v1/preflights',
    summary: 'Run the preflight checks of a model version for an environment',
    access: { scope: 'register', on: [{ kind: 'model', at: 'body.model' }] },
    body: PreflightRequest,
    answer: PreflightReport
  },
  createPromotion: {
    method: 'POST',
    path: '/api/v1/promotions',
    summary: 'Promote a model version to an environment; answers at once, progress is sent as events',
    access: { scope: 'promote', on: [{ kind: 'model', at: 'body.model' }] },
    body: NewPromotion,
    answer: Promotion
  },
  getPromotion: {
    method: 'GET',
    path: '/api/v1/promotions/{promotion_id}',
    summary: 'One promotion',
    access: { scope: 'read', on: [{ kind: 'promotion', at: 'params.promotion_id' }] },
    params: z.object({ promotion_id: z.string().max(64) }),
    answer: Promotion
  }
} as const satisfies Record<string, RouteSpec>;
