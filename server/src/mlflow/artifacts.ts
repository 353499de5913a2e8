import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../app.js';
import type { ArtifactEntry, ArtifactOwner } from '../artifacts/artifact-tree.js';
import { invalidParameter, MlflowError } from './errors.js';
import { RpcRequest, type JsonObject } from './request.js';
import type { Rpc } from './rpc.js';
import { runId } from './runs.js';

/** `<experiment>/<run>/artifacts/<path>` or `<experiment>/models/<model>/artifacts/<path>`. */
const ROOT =
  /^(?<experiment>\d+)\/(?:models\/(?<model>m-\w+)|(?<run>[a-zA-Z0-9][\w-]{0,255}))\/artifacts(?:\/(?<path>.*))?$/;

export function artifactRpcs({ runs, artifacts }: App): Rpc[] {
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
          root_uri: `${row.artifact_location ?? `mlflow-artifacts:/${row.exp}`}/${run_id}/artifacts`,
          files: entries.map(entry => toFileInfo(entry, entry.path))
        };
      }
    },
    {
      method: 'GET',
      path: '/mlflow-artifacts/artifacts',
      handle: async request => {
        const { owner, path } = locate(request.optionalText('path') ?? '');
        const entries = await artifacts.list(owner, path);
        return { files: entries.map(entry => toFileInfo(entry, entry.path.split('/').at(-1) ?? '')) };
      }
    },
    {
      method: 'GET',
      path: '/mlflow/logged-models/:model_id/artifacts/directories',
      handle: async request => {
        const owner: ArtifactOwner = { kind: 'logged-model', model_id: request.text('model_id') };
        const entries = await artifacts.list(owner, trimmed(request.optionalText('artifact_directory_path') ?? ''));
        return { files: entries.map(entry => toFileInfo(entry, entry.path)) };
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
export function registerArtifactStreams(server: FastifyInstance, { artifacts }: App): void {
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
  });
}

function wildcard(request: FastifyRequest): string {
  return (request.params as { '*': string })['*'];
}

/** @throws MlflowError unless the path lies below a run or a logged model. */
function locate(location: string): { owner: ArtifactOwner; path: string } {
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
