import type { z } from 'zod';
import { accessRoutes } from './access.js';
import { blobsRoutes } from './blobs.js';
import { datasetsRoutes } from './datasets.js';
import { modelsRoutes } from './models.js';
import { promotionsRoutes } from './promotions.js';
import { runsRoutes } from './runs.js';
import { serverRoutes } from './server.js';
import { servicesRoutes } from './services.js';
import { sessionsRoutes } from './sessions.js';
import type { RouteSpec } from './route-spec.js';

/** Every route of the API, by operation name. Server, clients and the OpenAPI document are made from this table. */
export const routes = {
  ...serverRoutes,
  ...sessionsRoutes,
  ...runsRoutes,
  ...blobsRoutes,
  ...datasetsRoutes,
  ...modelsRoutes,
  ...promotionsRoutes,
  ...servicesRoutes,
  ...accessRoutes
} as const satisfies Record<string, RouteSpec>;

export type Routes = typeof routes;
export type Operation = keyof Routes;

type InputOf<S> = S extends z.ZodType ? z.input<S> : never;
export type Params<O extends Operation> = Routes[O] extends { params: infer S } ? InputOf<S> : undefined;
export type Query<O extends Operation> = Routes[O] extends { query: infer S } ? InputOf<S> : undefined;
export type Body<O extends Operation> = Routes[O] extends { body: infer S } ? InputOf<S> : undefined;
export type Answer<O extends Operation> = Routes[O]['answer'] extends z.ZodType ? z.output<Routes[O]['answer']> : never;
