import type { InputRow } from '../prep/model-inputs.js';
import { imageFile } from '../tensors/image-file.js';

/**
 * A row as services and bundles are asked: images as base64 of their files, tensors as lists.
 *
 * @param images names of the inputs that are images; asked for when a value may be one.
 * @throws SlipwayError DATA_NOT_FOUND for an image that is not there.
 */
export async function requestRow(
  row: InputRow,
  images: () => Promise<ReadonlySet<string>> | ReadonlySet<string>
): Promise<Record<string, unknown>> {
  const entries = Object.entries(row).map(async ([name, value]) => {
    const mayBeImage = typeof value === 'string' || value instanceof Uint8Array;
    if (mayBeImage && (await images()).has(name)) {
      return [name, Buffer.from(await imageFile(value)).toString('base64')];
    }
    return [name, ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value];
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<string, unknown>;
}
