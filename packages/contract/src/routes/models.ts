import { z } from 'zod';
import type { AccessRule } from '../access.js';
import { NewModelVersion } from '../bundles.js';
import { ModelVersion, RegisteredModel } from '../registry.js';
import { BundleDigest, EntityName, RelativePath, Sha256 } from '../scalars.js';
import { seesSome } from './lists.js';
import type { RouteSpec } from './route-spec.js';

const model = z.object({ name: EntityName });
const version = z.object({ name: EntityName, version: z.coerce.number().int().positive() });
const readsModel: AccessRule = { scope: 'read', on: [{ kind: 'model', at: 'params.name' }] };

/** Registered models, their versions and bundles. */
export const modelsRoutes = {
  listModels: {
    method: 'GET',
    path: '/api/v1/models',
    summary: 'Registered models with their versions',
    access: seesSome,
    answer: z.object({ models: z.array(RegisteredModel) })
  },
  createModelVersion: {
    method: 'POST',
    path: '/api/v1/models/{name}/versions',
    summary: 'Register a bundle whose files were uploaded as blobs, or the one that a run has stored; all or nothing',
    access: {
      scope: 'register',
      on: [
        { kind: 'model', at: 'params.name' },
        { kind: 'run', at: 'body.run_id', scope: 'read' }
      ]
    },
    params: model,
    body: NewModelVersion,
    answer: ModelVersion
  },
  getModelVersion: {
    method: 'GET',
    path: '/api/v1/models/{name}/versions/{version}',
    summary: 'One model version',
    access: readsModel,
    params: version,
    answer: ModelVersion
  },
  getBundle: {
    method: 'GET',
    path: '/api/v1/bundles/{digest}',
    summary: 'The files of a bundle',
    access: { scope: 'read', on: [{ kind: 'bundle', at: 'params.digest' }] },
    params: z.object({ digest: BundleDigest }),
    answer: z.object({
      digest: BundleDigest,
      files: z.array(z.object({ path: RelativePath, sha256: Sha256, size: z.number() }))
    })
  }
} as const satisfies Record<string, RouteSpec>;
