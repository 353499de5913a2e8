import { LARGEST_IMAGE_BYTES, ImageError } from './images.js';

const DATA_URL = /^data:image\/[a-z0-9.+-]+;base64,/i;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * The file that a text holds: base64, bare or as a data URL (`data:image/png;base64,…`).
 *
 * @throws ImageError for other texts, and for files that are too large.
 */
export function imageBytes(text: string): Buffer {
  const head = DATA_URL.exec(text.slice(0, 100))?.[0] ?? '';
  // Some programs break base64 into lines.
  const body = text.slice(head.length).replace(/\s+/g, '');
  if (body === '' || !BASE64.test(body)) {
    throw new ImageError(
      'is not an image: it is not the base64 of a file, bare or as a data URL (data:image/png;base64,…)'
    );
  }
  if (body.length * 0.75 > LARGEST_IMAGE_BYTES) {
    throw new ImageError(`is a file of more than ${LARGEST_IMAGE_BYTES >> 20} MiB; make the image smaller first`);
  }
  return Buffer.from(body, 'base64');
}
