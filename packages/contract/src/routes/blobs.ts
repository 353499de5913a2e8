import { z } from 'zod';
import { Sha256 } from '../scalars.js';
import type { RouteSpec } from './route-spec.js';

/** Bytes by their SHA-256. */
export const blobsRoutes = {
  putBlob: {
    method: 'PUT',
    path: '/api/v1/blobs/{sha256}',
    summary: 'Store bytes under their SHA-256',
    access: { scope: 'log', on: 'visible' },
    params: z.object({ sha256: Sha256 }),
    body: 'bytes',
    answer: z.object({ sha256: Sha256, size: z.number().int(), existed: z.boolean() })
  },
  getBlob: {
    method: 'GET',
    path: '/api/v1/blobs/{sha256}',
    summary: 'The bytes of a blob',
    access: { scope: 'read', on: [{ kind: 'blob', at: 'params.sha256' }] },
    params: z.object({ sha256: Sha256 }),
    answer: 'bytes'
  }
} as const satisfies Record<string, RouteSpec>;
