import { z } from 'zod';
import { DatasetSummary, DatasetVersion, NewDatasetVersion } from '../datasets.js';
import { EntityName } from '../scalars.js';
import { seesSome } from './lists.js';
import type { RouteSpec } from './route-spec.js';

const version = z.object({ name: EntityName, version: z.coerce.number().int().positive() });

/** Datasets and their versions. */
export const datasetsRoutes = {
  listDatasets: {
    method: 'GET',
    path: '/api/v1/datasets',
    summary: 'Datasets with their versions, newest first',
    access: seesSome,
    answer: z.object({ datasets: z.array(DatasetSummary) })
  },
  createDatasetVersion: {
    method: 'POST',
    path: '/api/v1/datasets/{name}/versions',
    summary: 'Register a dataset version; the same digest gives the same version back',
    access: {
      scope: 'register',
      on: [
        { kind: 'dataset', at: 'params.name' },
        { kind: 'dataset', at: 'body.parents[].name', scope: 'read' }
      ]
    },
    params: z.object({ name: EntityName }),
    body: NewDatasetVersion,
    answer: DatasetVersion
  },
  getDatasetVersion: {
    method: 'GET',
    path: '/api/v1/datasets/{name}/versions/{version}',
    summary: 'One dataset version',
    access: { scope: 'read', on: [{ kind: 'dataset', at: 'params.name' }] },
    params: version,
    answer: DatasetVersion
  }
} as const satisfies Record<string, RouteSpec>;
