import type { FastifyInstance } from 'fastify';
import type { App } from '../../app.js';
import { tellWhenToRetry, toCallerError, type faultReporter } from '../transport/error-answers.js';
import { artifactRpcs, registerArtifactStreams } from './artifacts/artifacts.js';
import { MlflowError, toMlflowError, wrongFloat } from './errors.js';
import { sentFloat } from './sent-numbers.js';
import { experimentRpcs } from './tracking/experiments.js';
import { historyRpcs } from './tracking/histories.js';
import { loggedModelRpcs } from './tracking/logged-models.js';
import { loggingRpcs } from './tracking/logging.js';
import { registerMultipart } from './artifacts/multipart.js';
import { modelVersionRpcs } from './registry/model-versions.js';
import { registeredModelRpcs } from './registry/registered-models.js';
import { registerOtherRoutes } from './other-routes.js';
import { registerRpcs, type Rpc } from './rpc.js';
import { runRpcs } from './tracking/runs.js';
import { userRpcs } from './users.js';
import { webhookRpcs } from './webhooks.js';
import { keepToWorkspaces, workspaceRpcs } from './workspaces.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The JSON of the body as it came. */
    bodyText: string;
  }
}

/** MLflow's REST API over our own domain: the stock client works against it. One file per area of the protocol. */
export function registerMlflow(server: FastifyInstance, app: App, report: ReturnType<typeof faultReporter>): void {
  void server.register(async scope => {
    scope.decorateRequest('bodyText', '');
    scope.setErrorHandler(async (thrown, request, reply) => {
      const error = asSent(thrown, request.bodyText);
      const ours = toCallerError(error);
      const known = toMlflowError(error, ours);
      if (known === undefined || ours !== undefined) {
        report(error, ours);
      }
      tellWhenToRetry(error, reply);
      const answered = known ?? new MlflowError('INTERNAL_ERROR', 'Internal error in the metadata server.');
      return reply.code(answered.status).send(answered.toBody());
    });
    keepToWorkspaces(scope, app);
    acceptEmptyJson(scope);
    registerRpcs(scope, app.access, [
      ...experimentRpcs(app),
      ...runRpcs(app),
      ...loggingRpcs(app),
      ...historyRpcs(app),
      ...artifactRpcs(app),
      ...loggedModelRpcs(app),
      ...registeredModelRpcs(app),
      ...modelVersionRpcs(app),
      ...webhookRpcs(app),
      ...userRpcs(app),
      ...workspaceRpcs(app),
      serverInfo
    ]);
    registerArtifactStreams(scope, app);
    registerMultipart(scope, app);
    registerOtherRoutes(scope);
  });
}

/** Clients probe it to learn what the server can do. */
const serverInfo: Rpc = {
  method: 'GET',
  path: '/mlflow/server-info',
  version: '3.0',
  access: { scope: 'read', on: 'self' },
  handle: async () => ({
    store_type: 'SqlStore',
    workspaces_enabled: true,
    trace_archival_enabled: false,
    multipart_uploads_enabled: true,
    multipart_downloads_enabled: false,
    presigned_upload_run_id_supported: false,
    presigned_upload_model_id_supported: false,
    features_enabled: { gateway: false }
  })
};

/** MLflow quotes wrong values as they were sent, and `9.0` is not 9. */
function asSent(error: unknown, body: string): unknown {
  const { field } = error instanceof MlflowError ? error : {};
  const float = field === undefined || body === '' ? undefined : sentFloat(body, field);
  return field === undefined || float === undefined ? error : wrongFloat(field, float);
}

/** An empty body is an empty request. */
function acceptEmptyJson(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('error', 'ignore');
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Only a reference: it is looked at when a number has to be quoted as it was sent.
    request.bodyText = body as string;
    if (body.length === 0) {
      done(null, {});
    } else {
      void parse(request, body as string, done);
    }
  });
}
