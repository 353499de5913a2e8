import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { OnnxImportError } from '../import/errors.js';
import { DATA_LOCATION, EXTERNAL_DATA, MOST_NESTED, TENSORS_WITHIN, type OnnxMessage } from './tensor-places.js';
import { bytesField, decodeFields, encodeFields, fieldOf, messagesOf, textOf, type Field } from './wire.js';
import { WireFormatError } from './protobuf.js';

const RAW_DATA = 9;
/** A protobuf message cannot be larger than this. */
const MOST_BYTES = 2 ** 31 - 1;

/** A model that holds all of its tensors itself, and the files from which some of them came. */
export interface SelfContained {
  readonly model: Uint8Array;
  readonly files: readonly string[];
}

/**
 * Takes in the tensors in files beside the model (external data, as PyTorch writes it). Only files in the model's own folder
 * are read, without following links: an ONNX file may name any path, and a program that loads it then reads what its author
 * chose (CVE-2022-25882, CVE-2024-27318, CVE-2025-51480).
 *
 * @param folder of the model; null when it is not a file.
 * @throws OnnxImportError ONNX_UNSUPPORTED for a path that leads elsewhere, or a file that is missing; ONNX_INVALID.
 */
export async function takeInExternalData(model: Uint8Array, folder: string | null): Promise<SelfContained> {
  const files = new Set<string>();
  const rebuild = async (bytes: Uint8Array, message: OnnxMessage, depth: number): Promise<Uint8Array> => {
    if (depth > MOST_NESTED) {
      throw new WireFormatError('its graphs are nested too deeply');
    }
    const fields = decodeFields(bytes);
    if (message === 'tensor') {
      if (!isExternal(fields)) {
        return bytes;
      }
      const { file, data } = await readExternal(fields, folder);
      files.add(file);
      return encodeFields([
        ...fields.filter(field => ![RAW_DATA, EXTERNAL_DATA, DATA_LOCATION].includes(field.number)),
        bytesField(RAW_DATA, data)
      ]);
    }
    let changed = false;
    const out: Field[] = [];
    for (const field of fields) {
      const inner = TENSORS_WITHIN[message][field.number];
      if (inner === undefined || !(field.value instanceof Uint8Array)) {
        out.push(field);
        continue;
      }
      const rebuilt = await rebuild(field.value, inner, depth + 1);
      changed ||= rebuilt !== field.value;
      out.push(rebuilt === field.value ? field : bytesField(field.number, rebuilt));
    }
    if (!changed) {
      return bytes;
    }
    if (out.reduce((sum, { value }) => sum + (typeof value === 'bigint' ? 0 : value.length), 0) > MOST_BYTES) {
      throw new OnnxImportError(
        'ONNX_UNSUPPORTED',
        'The model with its external data is larger than 2 GB, which one ONNX file cannot hold.'
      );
    }
    return encodeFields(out);
  };
  try {
    return { model: await rebuild(model, 'model', 0), files: [...files] };
  } catch (cause) {
    if (!(cause instanceof WireFormatError)) {
      throw cause;
    }
    throw new OnnxImportError('ONNX_INVALID', `The file is not an ONNX model: ${cause.message}.`, { cause });
  }
}

function isExternal(tensor: readonly Field[]): boolean {
  const location = fieldOf(tensor, DATA_LOCATION)?.value;
  return (typeof location === 'bigint' && location !== 0n) || fieldOf(tensor, EXTERNAL_DATA) !== undefined;
}

async function readExternal(
  tensor: readonly Field[],
  folder: string | null
): Promise<{ file: string; data: Uint8Array }> {
  const entries = messagesOf(tensor, EXTERNAL_DATA).map(decodeFields);
  const said = new Map(entries.map(entry => [textOf(entry, 1), textOf(entry, 2)]));
  const name = said.get('location') ?? '';
  const refuse = (why: string, cause?: unknown): OnnxImportError =>
    new OnnxImportError('ONNX_UNSUPPORTED', `The model's tensors are in another file, "${name}", ${why}.`, {
      remedy:
        'Put that file beside the model, or save the model as one file (onnx.save with save_as_external_data=False).',
      cause
    });
  if (folder === null) {
    throw refuse('and only the model itself was given');
  }
  const within = path.normalize(name);
  if (name === '' || path.isAbsolute(name) || within.startsWith('..') || name.includes('\\') || name.includes('\0')) {
    throw refuse("which is not in the model's folder");
  }
  const file = path.join(folder, within);
  const real = await realpath(file).catch((cause: unknown) => {
    throw refuse('which is not there', cause);
  });
  if (real !== path.join(await realpath(folder), within)) {
    throw refuse('which is a link');
  }
  const handle = await open(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const size = (await handle.stat()).size;
    const offset = Number(said.get('offset') ?? 0);
    const length = said.has('length') ? Number(said.get('length')) : size - offset;
    if (
      !(
        Number.isSafeInteger(offset) &&
        Number.isSafeInteger(length) &&
        offset >= 0 &&
        length >= 0 &&
        offset + length <= size
      )
    ) {
      throw refuse(`which has only ${size} bytes`);
    }
    const data = new Uint8Array(length);
    await handle.read(data, 0, length, offset);
    return { file: within, data };
  } finally {
    await handle.close();
  }
}
