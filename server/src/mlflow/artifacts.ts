import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../app.js';
import type { ArtifactEntry, ArtifactOwner } from '../artifacts/artifact-tree.js';
import { present } from './entities.js';
import { invalidParameter, MlflowError } from './errors.js';
import { downloadUri, modelName, versionNumber } from './registry-fields.js';
import { artifactRoot, OWN_ARTIFACTS } from '../store/artifact-root.js';
import { RpcRequest, type JsonObject } from './request.js';
import type { Rpc } from './rpc.js';
import { runId } from './runs.js';

/** `<experiment>/<run>/artifacts/<path>`, `<experiment>/models/<model>/artifacts/<path>` or `bundles/<digest>/<path>`. */
const BUNDLE = /^bundles\/(?<digest>[0-9a-f]{64})(?:\/(?<path>.*))?$/;
const ROOT =
  /^(?<experiment>\d+)\/(?:models\/(?<model>m-\w+)|(?<run>[a-zA-Z0-9][\w-]{0,255}))\/artifacts(?:\/(?<path>.*))?$/;

export function artifactRpcs({ runs, artifacts, loggedModels }: App): Rpc[] {
  return [
    {
      method: 'GET',
      path: '/mlflow/artifacts/list',
      handle: async request => {
        const run_id = runId(request);
        const row = await runs.row(run_id);
        const folder = trimmed(request.optionalText('path') ?? '');
        const entries = await artifacts.list({ kind: 'run', run_id }, folder);
        return {
          root_uri: `${artifactRoot(row.exp, row.artifact_location)}/${run_id}/artifacts`,
          ...present(
            'files',
            entries.map(entry => toFileInfo(entry, entry.path))
          )
        };
      }
    },
    {
      method: 'GET',
      path: '/mlflow-artifacts/artifacts',
      handle: async request => {
        const { owner, path } = locate(request.optionalText('path') ?? '');
        const entries = await artifacts.list(owner, path);
        return present(
          'files',
          entries.map(entry => toFileInfo(entry, entry.path.split('/').at(-1) ?? ''))
        );
      }
    },
    {
      method: 'GET',
      path: '/mlflow/logged-models/:model_id/artifacts/directories',
      handle: async request => {
        const model = await loggedModels.get(request.text('model_id'));
        const owner: ArtifactOwner = { kind: 'logged-model', model_id: model.id };
        const entries = await artifacts.list(owner, trimmed(request.optionalText('artifact_directory_path') ?? ''));
        return {
          root_uri: `${artifactRoot(model.exp, null)}/models/${model.id}/artifacts`,
          ...present(
            'files',
            entries.map(entry => toFileInfo(entry, entry.path))
          )
        };
      }
    },
    ...['create', 'complete', 'abort'].map((step): Rpc => ({
      method: 'POST',
      path: `/mlflow-artifacts/mpu/${step}/*`,
      handle: async () => {
        throw new MlflowError('NOT_IMPLEMENTED', 'Uploads in parts are not supported; send the file in one request.');
      }
    }))
  ];
}

/** Routes whose bodies or answers are the artifacts' own bytes. */
export function registerArtifactStreams(server: FastifyInstance, { artifacts, catalogue }: App): void {
  void server.register(async scope => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    for (const prefix of ['/api/2.0', '/ajax-api/2.0']) {
      const url = `${prefix}/mlflow-artifacts/artifacts/*`;
      scope.put(url, async (request, reply) => {
        const { owner, path } = locate(wildcard(request));
        await artifacts.put(owner, path, (request.body ?? request.raw) as Readable);
        return reply.send({});
      });
      scope.get(url, async (request, reply) => {
        const { owner, path } = locate(wildcard(request));
        return sendFile(reply, path, await artifacts.open(owner, path));
      });
      scope.delete(url, async (request, reply) => {
        const { owner, path } = locate(wildcard(request));
        await artifacts.delete(owner, path);
        return reply.send({});
      });
    }
    scope.get('/get-artifact', async (request, reply) => {
      const query = new RpcRequest(request.query as JsonObject);
      const path = query.text('path');
      return sendFile(reply, path, await artifacts.open({ kind: 'run', run_id: runId(query) }, path));
    });
    scope.get('/model-versions/get-artifact', async (request, reply) => {
      const query = new RpcRequest(request.query as JsonObject);
      const path = query.text('path');
      const uri = downloadUri(await catalogue.version(modelName(query), versionNumber(query)));
      const { owner, path: folder } = locate(ownPathOf(uri));
      return sendFile(reply, path, await artifacts.open(owner, folder === '' ? path : `${folder}/${path}`));
    });
    scope.get('/ajax-api/2.0/mlflow/logged-models/:model_id/artifacts/files', async (request, reply) => {
      const { model_id } = request.params as { model_id: string };
      const path = new RpcRequest(request.query as JsonObject).text('artifact_file_path');
      return sendFile(reply, path, await artifacts.open({ kind: 'logged-model', model_id }, path));
    });
  });
}

function wildcard(request: FastifyRequest): string {
  return (request.params as { '*': string })['*'];
}

/** The path below this server's artifacts. @throws MlflowError when the files lie elsewhere. */
function ownPathOf(uri: string): string {
  const [, run = '', path = ''] = /^runs:\/+([^/]+)\/?(.*)$/s.exec(uri) ?? [];
  if (run !== '') {
    return `0/${run}/artifacts/${path}`;
  }
  if (!uri.startsWith(OWN_ARTIFACTS)) {
    throw invalidParameter(`The files of this version lie at ${uri}, outside of this server.`);
  }
  return uri.slice(OWN_ARTIFACTS.length).replace(/^\/+/, '');
}

/** @throws MlflowError unless the path lies below a run or a logged model. */
function locate(location: string): { owner: ArtifactOwner; path: string } {
  const bundle = BUNDLE.exec(trimmed(location))?.groups;
  if (bundle !== undefined) {
    return { owner: { kind: 'bundle', digest: bundle['digest'] ?? '' }, path: bundle['path'] ?? '' };
  }
  const found = ROOT.exec(trimmed(location))?.groups;
  if (found === undefined) {
    throw invalidParameter('Invalid path');
  }
  const { model, run = '', path = '' } = found;
  const owner: ArtifactOwner =
    model === undefined ? { kind: 'run', run_id: run } : { kind: 'logged-model', model_id: model };
  return { owner, path };
}

function trimmed(path: string): string {
  return path.replace(/\/+$/, '');
}

function toFileInfo(entry: ArtifactEntry, path: string): object {
  return { path, is_dir: entry.directory, ...(entry.size === null ? {} : { file_size: entry.size }) };
}

/** As a download, never as a page: what a user logged must not run in this server's origin. */
function sendFile(reply: FastifyReply, path: string, file: { size: number; stream: Readable }): FastifyReply {
  const name = encodeURIComponent(path.split('/').at(-1) ?? 'artifact');
  return reply
    .header('content-type', 'application/octet-stream')
    .header('content-length', file.size)
    .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
    .header('x-content-type-options', 'nosniff')
    .send(file.stream);
}
