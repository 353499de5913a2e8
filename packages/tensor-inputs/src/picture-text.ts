import { LARGEST_PICTURE_BYTES, PictureError } from './pictures.js';

const DATA_URL = /^data:image\/[a-z0-9.+-]+;base64,/i;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * The file that a text holds: base64, bare or as a data URL (`data:image/png;base64,…`).
 *
 * @throws PictureError for other texts, and for files that are too large.
 */
export function pictureBytes(text: string): Buffer {
  const head = DATA_URL.exec(text.slice(0, 100))?.[0] ?? '';
  // Some programs break base64 into lines.
  const body = text.slice(head.length).replace(/\s+/g, '');
  if (body === '' || !BASE64.test(body)) {
    throw new PictureError('is no picture: it is no base64 of a file, bare or as a data URL (data:image/png;base64,…)');
  }
  if (body.length * 0.75 > LARGEST_PICTURE_BYTES) {
    throw new PictureError(`is a file of more than ${LARGEST_PICTURE_BYTES >> 20} MiB; make the picture smaller first`);
  }
  return Buffer.from(body, 'base64');
}
