import { counted } from '@slipway/wording';
import { createHash } from 'node:crypto';
import {
  BUNDLE_FILES,
  BundleEnvironment,
  Evaluation,
  ModelSignature,
  Provenance,
  PROVENANCE_FILE,
  TestVectors,
  type BundleFile
} from '@slipway/contract';
import { isTensor, rowSize, valueNamed } from '@slipway/tensor-inputs';
import type { z } from 'zod';
import type { BlobStore } from '../platform/artifacts/blob-store.js';
import { BundleInvalidError } from '../platform/errors.js';
import { zodMessage } from '../platform/zod-message.js';

/** What the registry takes from a bundle's own files, so that nobody types it in. */
export interface ValidBundle {
  readonly digest: string;
  readonly signature: ModelSignature;
  /** null: an imported model that came without test rows. */
  readonly evaluation: Evaluation | null;
}

/** JSON files of a bundle are read into memory; none comes near this. */
const LARGEST_JSON_BYTES = 256 * 1024 * 1024;

/** SHA-256 of the checksum list: `<sha256>  <path>\n` per file, by path in code-unit order. */
export function bundleDigest(files: readonly BundleFile[]): string {
  const list = [...files]
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .map(file => `${file.sha256}  ${file.path}\n`)
    .join('');
  return createHash('sha256').update(list).digest('hex');
}

/**
 * Checks that a bundle is complete and says what it must.
 *
 * @param where the field of the request that lists the files.
 * @throws BundleInvalidError that names the file, and the field in it.
 */
export async function validateBundle(
  files: readonly BundleFile[],
  blobs: BlobStore,
  where = 'body.files'
): Promise<ValidBundle> {
  const byPath = uniquePaths(files, where);
  const imported = byPath.has(PROVENANCE_FILE);
  for (const name of Object.values(BUNDLE_FILES)) {
    if (!byPath.has(name) && !(imported && name === BUNDLE_FILES.evaluation)) {
      throw new BundleInvalidError(`The bundle has no ${name}.`, { where });
    }
  }
  for (const [index, file] of files.entries()) {
    await checkStored(file, `${where}[${index}]`, blobs);
  }
  const read = <S extends z.ZodType>(name: string, schema: S): Promise<z.output<S>> =>
    readJson(byPath, name, schema, blobs);
  const signature = await read(BUNDLE_FILES.signature, ModelSignature);
  if (imported) {
    await read(PROVENANCE_FILE, Provenance);
  } else if (signature.training_frame === null) {
    throw new BundleInvalidError('The bundle names neither what it was trained on nor where it was imported from.', {
      where: `${BUNDLE_FILES.signature}.training_frame`
    });
  }
  const evaluation = byPath.has(BUNDLE_FILES.evaluation) ? await read(BUNDLE_FILES.evaluation, Evaluation) : null;
  const vectors = await read(BUNDLE_FILES.testVectors, TestVectors);
  await read(BUNDLE_FILES.environment, BundleEnvironment);
  refuseStrangeTensors(signature);
  refuseUnequalInputs(signature, vectors);
  return { digest: bundleDigest(files), signature, evaluation };
}

function uniquePaths(files: readonly BundleFile[], where: string): Map<string, BundleFile> {
  const byPath = new Map<string, BundleFile>();
  for (const [index, file] of files.entries()) {
    // On some file systems these would be one file.
    const same = [...byPath.keys()].find(path => path.toLowerCase() === file.path.toLowerCase());
    if (same !== undefined) {
      throw new BundleInvalidError(`The bundle names ${file.path} twice.`, { where: `${where}[${index}].path` });
    }
    byPath.set(file.path, file);
  }
  return byPath;
}

async function checkStored(file: BundleFile, where: string, blobs: BlobStore): Promise<void> {
  const size = await blobs.size(file.sha256);
  if (size === undefined) {
    throw new BundleInvalidError(`The content of ${file.path} is not stored: ${file.sha256}.`, {
      where: `${where}.sha256`,
      remedy: `Upload it first: PUT /api/v1/blobs/${file.sha256}.`
    });
  }
  if (size !== file.size) {
    throw new BundleInvalidError(`${file.path} has ${size} bytes, not ${file.size}.`, {
      where: `${where}.size`
    });
  }
}

async function readJson<S extends z.ZodType>(
  byPath: ReadonlyMap<string, BundleFile>,
  name: string,
  schema: S,
  blobs: BlobStore
): Promise<z.output<S>> {
  const file = byPath.get(name);
  if (file === undefined || file.size > LARGEST_JSON_BYTES) {
    throw new BundleInvalidError(`${name} is missing or larger than ${LARGEST_JSON_BYTES} bytes.`, { where: name });
  }
  let content: unknown;
  try {
    content = JSON.parse((await blobs.read(file.sha256)).toString('utf8'));
  } catch (cause) {
    throw new BundleInvalidError(`${name} is not JSON.`, { where: name, cause });
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) {
    const { path, message } = zodMessage(parsed.error);
    throw new BundleInvalidError(`${name} is not valid: ${message}`, { where: `${name}${path}` });
  }
  return parsed.data;
}

/** Tensors that no service can read. */
function refuseStrangeTensors({ inputs }: ModelSignature): void {
  for (const [place, input] of inputs.entries()) {
    const refuse = (why: string): never => {
      throw new BundleInvalidError(`The input ${input.name} has the shape [${input.shape.join(', ')}]: ${why}.`, {
        where: `${BUNDLE_FILES.signature}.inputs[${place}].shape`
      });
    };
    if (input.shape.slice(1).some(size => size < 1)) {
      refuse('only its first dimension may be open');
    }
    if (isTensor(input) && (input.datatype === 'BOOL' || input.datatype === 'BYTES')) {
      refuse(`services take no tensors of ${input.datatype}`);
    }
    const [, , , channels] = input.shape;
    if (input.format === 'image' && (input.shape.length !== 4 || (channels !== 1 && channels !== 3))) {
      refuse('pixels have [-1, height, width, 1 or 3]');
    }
  }
}

function refuseUnequalInputs(signature: ModelSignature, vectors: TestVectors): void {
  for (const input of signature.inputs) {
    const { name } = input;
    const values = valueNamed(vectors.inputs, name);
    if (values === undefined) {
      throw new BundleInvalidError(`The test vectors have no values for the input ${name} of the signature.`, {
        where: `${BUNDLE_FILES.testVectors}.inputs`
      });
    }
    if (values.length !== vectors.rows) {
      throw new BundleInvalidError(
        `The test vectors say ${counted(vectors.rows, 'row')}, but the input ${name} has ${counted(values.length, 'value')}.`,
        { where: `${BUNDLE_FILES.testVectors}.inputs.${name}` }
      );
    }
    const size = isTensor(input) ? rowSize(input) : null;
    const odd = values.findIndex(value =>
      size === null ? Array.isArray(value) : !Array.isArray(value) || value.length !== size
    );
    if (odd >= 0) {
      throw new BundleInvalidError(
        `Row ${odd + 1} of the test vectors for ${name} is not ${size === null ? 'one value' : `a list of ${size} numbers`}, as the signature says.`,
        { where: `${BUNDLE_FILES.testVectors}.inputs.${name}[${odd}]` }
      );
    }
  }
}
