import type { Revision, ServiceHealth } from '@slipway/contract';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { decodeRecords, encodePredictions, RequestError } from '@slipway/tensor-inputs';
import { decodeCsv, decodeInvocations, encodeInvocations } from './protocols/mlflow-invocations.js';
import { decodeInfer, encodeInfer, modelMetadata } from './protocols/open-inference.js';
import { predictRows } from './protocols/predict.js';
import { openApiDocument } from './openapi.js';
import type { RequestCounts } from './request-counts.js';
import type { LoadedRevision, Revisions } from './revisions.js';
import { ServiceMetrics } from './service-metrics.js';
import { messageOf } from '@slipway/wording';

const BODY_LIMIT_BYTES = 8 << 20;
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** What a running service counts. */
export interface ServiceCounters {
  readonly answered: RequestCounts;
  readonly startedAt: number;
}

/**
 * The HTTP face of one service: Open Inference Protocol, MLflow's scoring protocol and plain `/predict`. Only requests to
 * a loopback name are taken, so that a page in a browser cannot reach it by rebinding a name of its own.
 */
export function serviceApp(revisions: Revisions, counters: ServiceCounters): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    // An input may be named like a member of every object; rows are only ever read by the names of inputs.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle'
  });
  const metrics = new ServiceMetrics();
  metrics.serve(app);
  const predicted = (revision: Revision, rows: number): void => {
    counters.answered.add(revision);
    metrics.predicted(revision, rows);
  };
  app.addContentTypeParser('text/csv', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async request => {
    if (!LOOPBACK.test(request.headers.host ?? '')) {
      throw new RequestError('this service answers to 127.0.0.1 and localhost only', 'Host', 403);
    }
  });
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    void reply.code(404).send({ error: `There is nothing at ${request.method} ${request.url.split('?')[0]}.` });
  });
  addHealth(app, revisions, counters);
  addPredict(app, revisions, predicted);
  addInvocations(app, revisions, predicted);
  addOpenInference(app, revisions, predicted);
  return app;
}

function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { status, message } = describe(error, request.headers['content-type']);
  const mlflow = request.url.startsWith('/invocations');
  void reply
    .code(status)
    .send(mlflow ? { error_code: status < 500 ? 'BAD_REQUEST' : 'INTERNAL_ERROR', message } : { error: message });
}

/** @param type the content type that the request named. */
function describe(error: unknown, type: string | undefined): { status: number; message: string } {
  if (error instanceof RequestError) {
    return { status: error.status, message: error.message };
  }
  if (
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode < 500
  ) {
    if ('code' in error && error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
      const given = type === undefined ? 'none' : type;
      return {
        status: 415,
        message: `headers.content-type: expected application/json, or text/csv for /invocations; got ${given}`
      };
    }
    const syntax = error instanceof SyntaxError || ('code' in error && error.code === 'FST_ERR_CTP_INVALID_JSON_BODY');
    const message = syntax ? `body: this is not JSON (${error.message})` : `body: ${error.message}`;
    return { status: error.statusCode, message };
  }
  const message = messageOf(error);
  process.stderr.write(`request failed: ${message}\n`);
  return { status: 500, message: `The model failed on this request. ${message}` };
}

function addHealth(app: FastifyInstance, revisions: Revisions, counters: ServiceCounters): void {
  const health = (_request: FastifyRequest, reply: FastifyReply): ServiceHealth & { readonly service: string } => {
    void reply.code(revisions.healthy ? 200 : 503);
    return {
      service: revisions.manifest.service,
      ...revisions.state,
      requests: counters.answered.of(revisions.manifest.revisions),
      started_at: counters.startedAt,
      pid: process.pid
    };
  };
  app.get('/health', health);
  app.get('/ping', health);
  app.get('/openapi.json', () => {
    const { revision, model } = revisions.choose();
    return openApiDocument(revisions.manifest.service, String(revision.version), model.signature);
  });
  app.get('/version', () => String(revisions.choose().revision.version));
}

/** Counts a request that was answered with predictions. */
type OnPredicted = (revision: Revision, rows: number) => void;

function addPredict(app: FastifyInstance, revisions: Revisions, predicted: OnPredicted): void {
  app.post('/predict', async request => {
    const { revision, model, scoring } = revisions.choose();
    const asked = predictRows(model.signature, request.body);
    const rows = scoring ? await scoring.before(asked.rows) : asked.rows;
    const decoded = decodeRecords(model.signature, rows, asked.path);
    const outputs = await model.predict(decoded);
    const predictions = encodePredictions(model.signature, outputs, decoded.rows);
    const answers = scoring ? await scoring.after(predictions, asked.rows) : predictions;
    predicted(revision, decoded.rows);
    return { model: revision.model, version: String(revision.version), predictions: answers };
  });
}

function addInvocations(app: FastifyInstance, revisions: Revisions, predicted: OnPredicted): void {
  app.post('/invocations', async request => {
    const { revision, model } = revisions.choose();
    const rows =
      typeof request.body === 'string'
        ? decodeCsv(model.signature, request.body)
        : decodeInvocations(model.signature, request.body);
    const outputs = await model.predict(rows);
    predicted(revision, rows.rows);
    return encodeInvocations(model.signature, outputs, rows.rows);
  });
}

interface ModelParams {
  model: string;
  version?: string;
}

function addOpenInference(app: FastifyInstance, revisions: Revisions, predicted: OnPredicted): void {
  const chosen = (params: ModelParams): LoadedRevision => {
    const { model, version } = params;
    const named = revisions.manifest.service === model || revisions.manifest.revisions.some(r => r.model === model);
    const found = named ? (version === undefined ? revisions.choose() : revisions.find(version)) : null;
    if (!found) {
      const asked = version === undefined ? model : `${model} version ${version}`;
      throw new RequestError(`this service has no model ${asked}; it serves ${revisions.manifest.service}`, '', 404);
    }
    return found;
  };
  app.get('/v2', () => ({ name: 'slipway', version: '0.1.0', extensions: [] }));
  app.get('/v2/health/live', () => ({ live: true }));
  app.get('/v2/health/ready', (_request, reply) => {
    void reply.code(revisions.healthy ? 200 : 503);
    return { ready: revisions.healthy };
  });
  for (const prefix of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
    app.get<{ Params: ModelParams }>(prefix, request => {
      const { revision, model } = chosen(request.params);
      return modelMetadata(model.signature, revision.model, String(revision.version));
    });
    app.get<{ Params: ModelParams }>(`${prefix}/ready`, request => {
      const { revision, model } = chosen(request.params);
      return { name: revision.model, ready: model.healthy };
    });
    app.post<{ Params: ModelParams }>(`${prefix}/infer`, async request => {
      const { revision, model } = chosen(request.params);
      const decoded = decodeInfer(model.signature, request.body);
      const outputs = await model.predict(decoded.rows);
      predicted(revision, decoded.rows.rows);
      return encodeInfer(model.signature, revision.model, String(revision.version), decoded, outputs);
    });
  }
}
