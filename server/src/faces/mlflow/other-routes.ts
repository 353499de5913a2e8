import type { AccessRule } from '@slipway/contract';
import type { FastifyInstance } from 'fastify';
import { MlflowError } from './errors.js';

/** Parts of MLflow that are about language models, and others that this server does not have. */
const ABSENT = [
  '2.0/mlflow/traces',
  '2.0/mlflow/unified-traces',
  '2.0/mlflow/get-online-trace-details',
  '2.0/mlflow/artifacts/presigned-upload-url',
  '2.0/mlflow/artifacts/presigned-download-url',
  '2.0/mlflow-artifacts/presigned',
  '3.0/mlflow/datasets',
  '3.0/mlflow/gateway',
  '3.0/mlflow/issues',
  '3.0/mlflow/label-schemas',
  '3.0/mlflow/prompt-optimization',
  '3.0/mlflow/review-queues',
  '3.0/mlflow/scorers',
  '3.0/mlflow/traces'
];
/** There is nothing behind these routes. */
const ANYONE: AccessRule = { scope: 'read', on: 'self' };
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Routes that MLflow has and we do not answer 501, all others below its prefixes 404, both in MLflow's words. */
export function registerOtherRoutes(server: FastifyInstance): void {
  for (const prefix of ['/api', '/ajax-api']) {
    for (const version of ['2.0', '3.0']) {
      server.route({
        method: METHODS,
        url: `${prefix}/${version}/*`,
        config: { access: ANYONE },
        handler: async ({ method, url, params }) => {
          const rest = `${version}/${(params as { '*': string })['*']}`;
          const route = ABSENT.find(each => rest === each || rest.startsWith(`${each}/`));
          throw route === undefined ? unknown(method, url.split('?', 1)[0] ?? '') : absent(route);
        }
      });
    }
  }
}

function absent(route: string): MlflowError {
  const name = route.slice(route.lastIndexOf('/') + 1).replaceAll('-', ' ');
  return new MlflowError('NOT_IMPLEMENTED', `This server has no ${name}.`);
}

function unknown(method: string, path: string): MlflowError {
  return new MlflowError('ENDPOINT_NOT_FOUND', `There is no ${method} ${path}.`);
}
