import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import type { App } from '../../../app.js';
import { MOST_PARTS, type ReceivedPart } from '../../../platform/artifacts/uploads.js';
import { bytesOf } from '../../transport/early-answers.js';
import { externalUrl } from '../../transport/forwarded.js';
import { locate, nameOf } from './artifact-locations.js';
import { invalidParameter, wrongType } from '../errors.js';
import { isJsonObject, RpcRequest, type JsonObject } from '../request.js';
import { addressFields } from '../rpc.js';

const writesLocation: FastifyContextConfig = {
  access: { scope: 'log', on: [{ kind: 'artifact', at: '*' }] },
  fieldsOf: addressFields
};
/** The sender of a part shows the pass of its upload, which was given to somebody who may write there. */
const writesPart: FastifyContextConfig = { access: 'public' };
const PASS = 'x-slipway-upload';
const BASE = '/mlflow-artifacts/mpu';

/**
 * Uploads in parts as MLflow's client does them for large files: it asks for one URL per part, PUTs the parts side by
 * side, and sends back the tags it was answered.
 */
export function registerMultipart(server: FastifyInstance, { artifacts, uploads }: App): void {
  for (const prefix of ['/api/2.0', '/ajax-api/2.0']) {
    server.post(`${prefix}${BASE}/create/*`, { config: writesLocation }, async (request, reply) => {
      const fields = fieldsOf(request.body);
      const count = fields.optionalInteger('num_parts') ?? 1;
      if (count < 1 || count > MOST_PARTS) {
        throw invalidParameter(`num_parts must be between 1 and ${MOST_PARTS}.`);
      }
      const upload = await uploads.begin(locationOf(request.params, fields));
      const url = `${externalUrl(request)}${prefix}${BASE}/part/${upload}`;
      const headers = { [PASS]: uploads.passOf(upload) };
      return reply.send({
        upload_id: upload,
        credentials: Array.from({ length: count }, (_, index) => ({
          url: `${url}/${index + 1}`,
          part_number: index + 1,
          headers
        }))
      });
    });
    server.post(`${prefix}${BASE}/complete/*`, { config: writesLocation }, async (request, reply) => {
      const fields = fieldsOf(request.body);
      const location = locationOf(request.params, fields);
      const id = fields.text('upload_id');
      const content = await uploads.content(id, location, partsOf(fields));
      const { owner, path } = locate(location);
      await artifacts.put(owner, path, content);
      await uploads.finish(id);
      return reply.send({});
    });
    server.post(`${prefix}${BASE}/abort/*`, { config: writesLocation }, async (request, reply) => {
      const fields = fieldsOf(request.body);
      locate(locationOf(request.params, fields));
      await uploads.finish(fields.text('upload_id'));
      return reply.send({});
    });
    void server.register(async scope => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
      scope.put(`${prefix}${BASE}/part/:upload/:number`, { config: writesPart }, async (request, reply) => {
        const { upload, number } = request.params as { upload: string; number: string };
        const { [PASS]: pass } = request.headers;
        uploads.check(upload, typeof pass === 'string' ? pass : '');
        const part = await uploads.receive(upload, Number(number), bytesOf(request));
        return reply.header('etag', `"${part.sha256}"`).send({});
      });
    });
  }
}

/** The client names the folder in the URL and its own file in the body, whose name the artifact gets. */
function locationOf(params: unknown, fields: RpcRequest): string {
  const folder = (params as { '*': string })['*'];
  const location = `${folder.replace(/\/+$/, '')}/${nameOf(fields.text('path'))}`;
  locate(location);
  return location;
}

function partsOf(fields: RpcRequest): ReceivedPart[] {
  const parts = fields.value('parts');
  if (!Array.isArray(parts)) {
    throw wrongType('parts', parts);
  }
  return parts.map((part: unknown) => {
    const each = new RpcRequest(isJsonObject(part) ? part : {});
    return { number: each.optionalInteger('part_number') ?? 0, sha256: each.text('etag').replaceAll('"', '') };
  });
}

function fieldsOf(body: unknown): RpcRequest {
  if (!isJsonObject(body)) {
    throw invalidParameter('The request body must be a JSON object.');
  }
  return new RpcRequest(body satisfies JsonObject);
}
