import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { imageBytes, ImageError } from '@slipway/tensor-inputs';
import { notebook, SlipwayError } from '@slipway/notebook';

/**
 * The file of an image that a row names: a path relative to the notebook, a data URL, or the file's own bytes.
 *
 * @throws SlipwayError DATA_NOT_FOUND without the file, DATA_UNREADABLE for a data URL that holds none.
 */
export async function imageFile(value: string | Uint8Array): Promise<Uint8Array> {
  if (typeof value !== 'string') {
    return value;
  }
  if (value.startsWith('data:')) {
    try {
      return imageBytes(value);
    } catch (cause) {
      throw imageRefused('The data URL', cause);
    }
  }
  const book = notebook();
  const place = path.resolve(book.directory, value);
  try {
    const bytes = await readFile(place);
    book.noteRead(`file:${value}`);
    return bytes;
  } catch (cause) {
    throw new SlipwayError('DATA_NOT_FOUND', `There is no image "${value.slice(0, 200)}".`, {
      remedy: `Looked for ${place.slice(0, 400)}. Paths are relative to the notebook's folder; an image that you hold is given by its bytes, or as a data URL.`,
      cause
    });
  }
}

/** What the decoder says of an image, in a notebook's words; other errors stay as they are. */
export function imageRefused(what: string, cause: unknown): unknown {
  if (!(cause instanceof ImageError)) {
    return cause;
  }
  return new SlipwayError('DATA_UNREADABLE', `${what} ${cause.message}.`, {
    remedy: 'Save it anew as PNG or JPEG.',
    cause
  });
}
