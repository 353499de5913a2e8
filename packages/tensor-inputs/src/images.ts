import type { Sharp } from 'sharp';
import { firstLineOf } from '@slipway/wording';

/** Larger images are refused before they are decoded: a small file can hold a huge one. */
export const LARGEST_IMAGE_PIXELS = 1 << 26;
/** Larger files are refused. */
export const LARGEST_IMAGE_BYTES = 64 << 20;
const TIMEOUT_S = 30;

/** What a model receives of an image. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Why a file is not an image that can be used; completes "The file …". */
export class ImageError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'ImageError';
  }
}

/**
 * The pixels of an image file (PNG, JPEG, WebP, GIF, TIFF) as a model receives them: upright as the EXIF orientation says, brought to
 * the size without regard to its proportions, without transparency, gray or in sRGB. Training and services both use this
 * function, so that they cannot differ.
 *
 * @param shape height, width, and 1 (gray) or 3 (red, green, blue) channels.
 * @returns row-major [height, width, channels], from 0 to 255.
 * @throws ImageError for other files, damaged ones, and ones of more than 2^26 pixels or 64 MiB.
 */
export async function decodeImage(file: Uint8Array, shape: ImageShape): Promise<Uint8Array> {
  const [height, width, channels] = shape;
  const resized = (await open(file)).resize(width, height, { fit: 'fill' }).removeAlpha();
  const coloured = channels === 1 ? resized.greyscale().toColourspace('b-w') : resized.toColourspace('srgb');
  const { data, info } = await refused(coloured.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }));
  if (info.channels === channels) {
    return data;
  }
  // A gray image stays gray whatever color space is asked for.
  if (info.channels === 1 && channels === 3) {
    return Uint8Array.from({ length: data.length * 3 }, (_, i) => data[Math.floor(i / 3)]!);
  }
  throw new ImageError(`has ${info.channels} channels, where the model takes ${channels}`);
}

/** Width and height of an image as stored in its file. @throws ImageError as `decodeImage`. */
export async function imageSize(file: Uint8Array): Promise<{ width: number; height: number }> {
  const { width, height } = await refused((await open(file)).metadata());
  return { width, height };
}

async function open(file: Uint8Array): Promise<Sharp> {
  if (file.length > LARGEST_IMAGE_BYTES) {
    throw new ImageError(`has more than ${LARGEST_IMAGE_BYTES >> 20} MiB; make the image smaller first`);
  }
  // Formats that can name other files, as SVG can, never reach the decoder.
  if (!isImage(file)) {
    throw new ImageError('is not an image: it is neither PNG nor JPEG, WebP, GIF or TIFF');
  }
  const { default: sharp } = await import('sharp');
  return sharp(file, { limitInputPixels: LARGEST_IMAGE_PIXELS, autoOrient: true, failOn: 'error' }).timeout({
    seconds: TIMEOUT_S
  });
}

async function refused<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const words = firstLineOf(cause);
    throw new ImageError(
      /pixel limit/i.test(words)
        ? `has more than ${LARGEST_IMAGE_PIXELS} pixels; make the image smaller first`
        : `is a damaged image: ${words}`,
      { cause }
    );
  }
}

const BEGINNINGS: readonly (readonly number[])[] = [
  [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], // PNG
  [0xff, 0xd8, 0xff], // JPEG
  [0x47, 0x49, 0x46, 0x38], // GIF
  [0x49, 0x49, 0x2a, 0x00], // TIFF, little-endian
  [0x4d, 0x4d, 0x00, 0x2a] // TIFF, big-endian
];

function isImage(file: Uint8Array): boolean {
  const begins = (bytes: readonly number[], at = 0): boolean => bytes.every((byte, i) => file[at + i] === byte);
  const isWebp = begins([0x52, 0x49, 0x46, 0x46]) && begins([0x57, 0x45, 0x42, 0x50], 8);
  return isWebp || BEGINNINGS.some(bytes => begins(bytes));
}
