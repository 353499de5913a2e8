import type { ModelSignature } from '@slipway/contract';
import { decodeImage, ImageError, type ImageShape } from '../images.js';
import { rowShape } from '../row-shape.js';
import { RequestError } from './request-error.js';
import type { PendingImage } from './tensor-values.js';
import type { DecodedRows } from './tensors.js';

/** Images that are decoded at the same time: each may take a hundred megabytes. */
const AT_A_TIME = 2;
/** Images that may wait; more are refused, so that a burst cannot fill the memory. */
const MOST_WAITING = 512;
/** The same, in bytes of their files. */
const MOST_WAITING_BYTES = 256 << 20;

let decoding = 0;
/** Of files that wait or are decoded. */
let heldBytes = 0;
const waiting: (() => void)[] = [];

/**
 * The rows with the pixels of their images, decoded and resized as in training.
 *
 * @throws RequestError naming the undecodable image; 503 when too many wait.
 */
export async function withImages(
  signature: ModelSignature,
  rows: DecodedRows,
  images: readonly PendingImage[]
): Promise<DecodedRows> {
  const bytes = images.reduce((sum, { file }) => sum + file.length, 0);
  if (waiting.length + images.length > MOST_WAITING || (heldBytes > 0 && heldBytes + bytes > MOST_WAITING_BYTES)) {
    throw new RequestError('too many images are waiting; try again in a moment', '', 503);
  }
  heldBytes += bytes;
  try {
    // All of them end before the request does, also where one is refused.
    const ended = await Promise.allSettled(images.map(image => inTurn(() => fill(signature, rows, image))));
    for (const each of ended) {
      if (each.status === 'rejected') {
        throw each.reason;
      }
    }
  } finally {
    heldBytes -= bytes;
  }
  return { rows: rows.rows, inputs: rows.inputs };
}

async function fill(
  signature: ModelSignature,
  rows: DecodedRows,
  { input, row, file, place }: PendingImage
): Promise<void> {
  const described = signature.inputs.find(({ name }) => name === input)!;
  try {
    const pixels = await decodeImage(file, rowShape(described) as unknown as ImageShape);
    const values = rows.inputs[input] as Float32Array;
    values.set(pixels, row * pixels.length);
  } catch (error) {
    if (!(error instanceof ImageError)) {
      throw error;
    }
    throw new RequestError(`the file ${error.message}`, place);
  }
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (decoding >= AT_A_TIME) {
    await new Promise<void>(resolve => waiting.push(resolve));
  } else {
    decoding++;
  }
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) {
      next();
    } else {
      decoding--;
    }
  }
}
