import { z } from 'zod';
import { EntityName } from '../scalars.js';
import { Service, TestAnswer, TestRequest } from '../services.js';
import { seesSome } from './lists.js';
import type { RouteSpec } from './route-spec.js';

/** Services that answer predictions. */
export const servicesRoutes = {
  listServices: {
    method: 'GET',
    path: '/api/v1/services',
    summary: 'Services and their addresses',
    access: seesSome,
    answer: z.object({ services: z.array(Service) })
  },
  testService: {
    method: 'POST',
    path: '/api/v1/services/{name}/test',
    summary: "Send a request to a service's /predict and show its answer",
    access: { scope: 'log', on: [{ kind: 'service', at: 'params.name' }] },
    params: z.object({ name: EntityName }),
    body: TestRequest,
    answer: TestAnswer
  }
} as const satisfies Record<string, RouteSpec>;
