import { Readable } from 'node:stream';
import type { AccessRule } from '@slipway/contract';
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify';
import type { App } from '../../../app.js';
import type { View } from '../../../governance/access/view.js';
import {
  checkArtifactPath,
  type ArtifactEntry,
  type ArtifactOwner
} from '../../../platform/artifacts/artifact-tree.js';
import { present } from '../entities.js';
import { sendStoredFile } from '../../transport/stored-file.js';
import { bytesOf } from '../../transport/early-answers.js';
import { locate, nameOf, trimmed } from './artifact-locations.js';
import { invalidParameter } from '../errors.js';
import { downloadUri, modelName, versionNumber } from '../registry/registry-fields.js';
import { artifactRoot, OWN_ARTIFACTS } from '../../../platform/store/artifact-root.js';
import { RpcRequest } from '../request.js';
import { addressFields, type Rpc } from '../rpc.js';
import { runId } from '../tracking/runs.js';

export function artifactRpcs({ runs, artifacts, loggedModels }: App): Rpc[] {
  return [
    {
      method: 'GET',
      path: '/mlflow/artifacts/list',
      access: { scope: 'read', on: [{ kind: 'run', at: 'run_id' }] },
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
      access: { scope: 'read', on: [{ kind: 'artifact', at: 'path' }] },
      handle: async (request, view) => {
        const { owner, path } = locate(request.optionalText('path') ?? '');
        const entries = await readable(await artifacts.list(owner, path), owner, view);
        return present(
          'files',
          entries.map(entry => toFileInfo(entry, nameOf(entry.path)))
        );
      }
    },
    {
      method: 'GET',
      path: '/mlflow/logged-models/:model_id/artifacts/directories',
      access: { scope: 'read', on: [{ kind: 'logged-model', at: 'model_id' }] },
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
    }
  ];
}

/** Folders of nobody belong to the projects that they are named after. */
async function readable(entries: ArtifactEntry[], owner: ArtifactOwner, view: View): Promise<ArtifactEntry[]> {
  if (owner.kind !== 'shared' || view.isEverything) {
    return entries;
  }
  const seen = await Promise.all(entries.map(({ path }) => view.sees('artifact', `${path}/`)));
  return entries.filter((_, index) => seen[index]);
}

/** Bytes that the browsers' page of MLflow may send at once. */
const MOST_UPLOADED = 10 * 1024 * 1024;

const readsLocation: AccessRule = { scope: 'read', on: [{ kind: 'artifact', at: '*' }] };
const writesLocation: AccessRule = { scope: 'log', on: [{ kind: 'artifact', at: '*' }] };
const readsRun: AccessRule = { scope: 'read', on: [{ kind: 'run', at: 'run_id' }] };
const writesRun: AccessRule = { scope: 'log', on: [{ kind: 'run', at: 'run_id' }] };
const readsModel: AccessRule = { scope: 'read', on: [{ kind: 'model', at: 'name' }] };
const readsLoggedModel: AccessRule = { scope: 'read', on: [{ kind: 'logged-model', at: 'model_id' }] };

/** The fields of these requests are in their URLs. */
function ruled(access: AccessRule): FastifyContextConfig {
  return { access, fieldsOf: addressFields };
}

/** Routes whose bodies or answers are the artifacts' own bytes. */
export function registerArtifactStreams(server: FastifyInstance, { artifacts, catalogue }: App): void {
  void server.register(async scope => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    for (const prefix of ['/api/2.0', '/ajax-api/2.0']) {
      const url = `${prefix}/mlflow-artifacts/artifacts/*`;
      scope.put(url, { config: ruled(writesLocation) }, async (request, reply) => {
        const { owner, path } = locate(wildcard(request));
        await artifacts.put(owner, path, bytesOf(request));
        return reply.send({});
      });
      scope.get(url, { config: ruled(readsLocation) }, async (request, reply) => {
        const { owner, path } = locate(wildcard(request));
        return sendStoredFile(request, reply, await artifacts.open(owner, path), nameOf(path));
      });
      scope.delete(url, { config: ruled(writesLocation) }, async (request, reply) => {
        const { owner, path } = locate(wildcard(request));
        await artifacts.delete(owner, path);
        return reply.send({});
      });
    }
    scope.post(
      '/ajax-api/2.0/mlflow/upload-artifact',
      { config: ruled(writesRun), bodyLimit: MOST_UPLOADED },
      async (request, reply) => {
        const query = new RpcRequest(addressFields(request));
        const { run_id, path } = uploadPlace(query);
        checkArtifactPath(path);
        await artifacts.put({ kind: 'run', run_id }, path, await notEmpty(request));
        // As MLflow does: no text at all.
        return reply.type('application/json').send('');
      }
    );
    scope.get('/get-artifact', { config: ruled(readsRun) }, async (request, reply) => {
      const query = new RpcRequest(addressFields(request));
      const path = artifactPath(query);
      return sendStoredFile(
        request,
        reply,
        await artifacts.open({ kind: 'run', run_id: runId(query) }, path),
        nameOf(path)
      );
    });
    scope.get('/model-versions/get-artifact', { config: ruled(readsModel) }, async (request, reply) => {
      const query = new RpcRequest(addressFields(request));
      const path = artifactPath(query);
      const uri = downloadUri(await catalogue.version(modelName(query), versionNumber(query)));
      const { owner, path: folder } = locate(ownPathOf(uri));
      return sendStoredFile(
        request,
        reply,
        await artifacts.open(owner, folder === '' ? path : `${folder}/${path}`),
        nameOf(path)
      );
    });
    scope.get(
      '/ajax-api/2.0/mlflow/logged-models/:model_id/artifacts/files',
      { config: ruled(readsLoggedModel) },
      async (request, reply) => {
        const { model_id } = request.params as { model_id: string };
        const path = new RpcRequest(addressFields(request)).text('artifact_file_path');
        return sendStoredFile(
          request,
          reply,
          await artifacts.open({ kind: 'logged-model', model_id }, path),
          nameOf(path)
        );
      }
    );
  });
}

/** @throws MlflowError in the words of MLflow's page for uploads. */
function uploadPlace(query: RpcRequest): { run_id: string; path: string } {
  const run_id = query.optionalText('run_id') ?? '';
  const path = query.optionalText('path') ?? '';
  for (const [name, value] of Object.entries({ run_uuid: run_id, path })) {
    if (value === '') {
      throw invalidParameter(`Request must specify ${name}.`);
    }
  }
  return { run_id, path };
}

/** The body of a small file, which is known to have bytes. @throws MlflowError */
async function notEmpty(request: FastifyRequest): Promise<AsyncIterable<Uint8Array>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytesOf(request)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST_UPLOADED) {
      throw invalidParameter('Artifact size is too large. Max size is 10MB.');
    }
  }
  if (size === 0) {
    throw invalidParameter('Request must specify data.');
  }
  return Readable.from(chunks);
}

/** A path is looked at before anything is looked up. @throws InvalidRequestError */
function artifactPath(query: RpcRequest): string {
  const path = query.text('path');
  checkArtifactPath(path);
  return path;
}

function wildcard(request: FastifyRequest): string {
  return (request.params as { '*': string })['*'];
}

/** The path below this server's artifacts. @throws MlflowError when the files are stored elsewhere. */
function ownPathOf(uri: string): string {
  const [, run = '', path = ''] = /^runs:\/+([^/]+)\/?(.*)$/s.exec(uri) ?? [];
  if (run !== '') {
    return `0/${run}/artifacts/${path}`;
  }
  if (!uri.startsWith(OWN_ARTIFACTS)) {
    throw invalidParameter(`The files of this version are stored at ${uri}, outside this server.`);
  }
  return uri.slice(OWN_ARTIFACTS.length).replace(/^\/+/, '');
}

function toFileInfo(entry: ArtifactEntry, path: string): object {
  return { path, is_dir: entry.directory, ...(entry.size === null ? {} : { file_size: entry.size }) };
}
