import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RUN_MODEL, RunArtifact, RunId, type ErrorCode } from '@slipway/contract';
import { dataFolder, makeSpoolFolder, spoolFolders } from '@slipway/recording/spool';
import { findServer } from '@slipway/recording/sending';
import { firstLineOf } from '@slipway/wording';
import { z } from 'zod';
import { SlipwayError } from '../errors/errors.js';
import { call, refusalCode, uploadFile } from './client.js';

/** Name of the folder beside the spools. */
const FOLDER = 'models';
const MANIFEST = 'model.json';
/** Models that wait for a server that never comes must not fill the disk. */
const MOST_BYTES = 2 * 2 ** 30;
/** The records of a run that has not arrived by then never will. */
const GIVEN_UP_MS = 30 * 24 * 3600_000;

/** A model on its way to the run that trained it; its files are in the same folder, by their checksums. */
const PendingModel = z.object({
  run_id: RunId,
  run_name: z.string(),
  bundle: z.array(RunArtifact).describe('None for a model that cannot be exported to ONNX.'),
  checkpoint: RunArtifact.pick({ sha256: true, size: true }).nullable()
});
export type PendingModel = z.infer<typeof PendingModel>;

/** What became of an attempt to send a model: `later` when another attempt may succeed. */
export type SendResult = 'stored' | 'later' | { readonly refused: string };

/** Whether models can be kept: there is a server, or a folder in which they wait for one. */
export function canKeepModels(directory: string): boolean {
  return findServer(directory) !== null || spoolFolders(directory).length > 0;
}

/**
 * Writes a model to the disk, instead of one of the same run that waits there.
 *
 * @param contents by checksum; what is absent was uploaded before.
 * @returns its folder.
 * @throws SlipwayError DATA_REFUSED when too much waits already; Error of the file system.
 */
export async function spoolModel(
  directory: string,
  model: PendingModel,
  contents: ReadonlyMap<string, Uint8Array>
): Promise<string> {
  const place = path.join(path.dirname(makeSpoolFolder(directory)), FOLDER);
  const bytes = [...contents.values()].reduce((sum, content) => sum + content.byteLength, 0);
  if ((await sizeOf(place)) + bytes > MOST_BYTES) {
    throw new SlipwayError(
      'DATA_REFUSED',
      `More than ${MOST_BYTES / 2 ** 30} GB of models wait for the server in ${place}.`,
      {
        remedy: 'Start the server, or delete that folder.'
      }
    );
  }
  const folder = path.join(place, model.run_id);
  const part = `${folder}.${randomUUID()}.part`;
  await mkdir(part, { recursive: true, mode: 0o700 });
  try {
    for (const [sha256, content] of contents) {
      await writeFile(path.join(part, sha256), content);
    }
    await writeFile(path.join(part, MANIFEST), JSON.stringify(model));
    await rm(folder, { recursive: true, force: true });
    await rename(part, folder);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

/** The model of a run that waits on this disk; null without one. */
export async function pendingModel(
  directory: string,
  run_id: string
): Promise<{ readonly model: PendingModel; read(sha256: string): Promise<Uint8Array> } | null> {
  const folder = path.join(dataFolder(directory), FOLDER, run_id);
  const model = RunId.safeParse(run_id).success ? await manifestIn(folder) : null;
  return model && { model, read: sha256 => readFile(path.join(folder, sha256)) };
}

/**
 * Sends the model in `folder` and deletes it there when the server has it, or will never take it. Never throws.
 *
 * @param flushed whether the records of its run have arrived.
 */
export async function sendModel(directory: string, folder: string, flushed: boolean): Promise<SendResult> {
  const model = await manifestIn(folder);
  if (!model) {
    // Another kernel has sent it, or a newer one of the same run is being written.
    return 'stored';
  }
  try {
    for (const file of model.bundle) {
      await upload(directory, folder, file.sha256);
    }
    const checkpoint = await uploadCheckpoint(directory, folder, model);
    await call(directory, 'putRunModel', {
      params: { run_id: model.run_id },
      body: { bundle: model.bundle, checkpoint: 'refused' in checkpoint ? null : checkpoint.file }
    });
    await rm(folder, { recursive: true, force: true });
    return 'refused' in checkpoint ? checkpoint : 'stored';
  } catch (error) {
    const code = refusalCode(error);
    if (code === null || PASSING.has(code) || (code === 'NOT_FOUND' && !(flushed || (await isOld(folder))))) {
      return 'later';
    }
    await rm(folder, { recursive: true, force: true });
    return { refused: firstLineOf(error) };
  }
}

/** Refusals that may be no more when the same is asked later. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'REQUEST_TIMEOUT',
  'RATE_LIMITED',
  'STORAGE_FULL',
  'SERVICE_UNAVAILABLE',
  'INTERNAL_ERROR'
]);

/** Sends every model near `directory` that an earlier kernel left behind. Never throws. */
export async function sendPendingModels(directory: string, warn: (message: string) => void): Promise<void> {
  const place = path.join(dataFolder(directory), FOLDER);
  for (const name of await readdir(place).catch(() => [])) {
    const folder = path.join(place, name);
    const model = await manifestIn(folder);
    const result = model && !name.endsWith('.part') ? await sendModel(directory, folder, false) : 'later';
    if (typeof result === 'object') {
      warn(`The model of run ${model?.run_name} was not stored with it: ${result.refused}`);
    }
  }
}

/** The bundle is stored also where its checkpoint is too large. */
async function uploadCheckpoint(
  directory: string,
  folder: string,
  { bundle, checkpoint }: PendingModel
): Promise<{ readonly file: PendingModel['checkpoint'] } | { readonly refused: string }> {
  try {
    if (checkpoint) {
      await upload(directory, folder, checkpoint.sha256);
    }
    return { file: checkpoint };
  } catch (error) {
    if (refusalCode(error) !== 'TOO_LARGE' || bundle.length === 0) {
      throw error;
    }
    return { refused: `${RUN_MODEL.checkpoint} is too large (${firstLineOf(error)}); its bundle is stored.` };
  }
}

async function upload(directory: string, folder: string, sha256: string): Promise<void> {
  const file = path.join(folder, sha256);
  if (existsSync(file)) {
    await uploadFile(directory, sha256, file);
  }
}

async function manifestIn(folder: string): Promise<PendingModel | null> {
  try {
    return PendingModel.parse(JSON.parse(await readFile(path.join(folder, MANIFEST), 'utf8')));
  } catch {
    return null;
  }
}

async function isOld(folder: string): Promise<boolean> {
  const written = await stat(path.join(folder, MANIFEST)).catch(() => null);
  return written !== null && Date.now() - written.mtimeMs > GIVEN_UP_MS;
}

async function sizeOf(place: string): Promise<number> {
  const names = await readdir(place, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(names.map(name => stat(path.join(place, name)).catch(() => null)));
  return sizes.reduce((sum, found) => sum + (found?.isFile() ? found.size : 0), 0);
}
