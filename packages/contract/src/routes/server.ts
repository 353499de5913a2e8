import { ServerStatus } from '../discovery.js';
import { GarbageReport, GarbageRequest } from '../retention.js';
import { seesSome } from './lists.js';
import type { RouteSpec } from './route-spec.js';

/** The server itself. */
export const serverRoutes = {
  getStatus: {
    method: 'GET',
    path: '/api/v1/status',
    summary: 'Server, services, kernels',
    access: seesSome,
    answer: ServerStatus
  },
  streamEvents: {
    method: 'GET',
    path: '/api/v1/events',
    summary: 'Live events (server-sent)',
    access: seesSome,
    answer: 'events'
  },
  collectGarbage: {
    method: 'POST',
    path: '/api/v1/garbage-collections',
    summary: 'Permanently delete expired entities, and files that nothing names',
    access: { scope: 'admin', on: 'server' },
    body: GarbageRequest,
    answer: GarbageReport
  }
} as const satisfies Record<string, RouteSpec>;
