import { decodeImage, ImageError, imageSize } from '@slipway/tensor-inputs';
import type * as TensorFlow from '@tensorflow/tfjs';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type MimeBundle, notebook, SlipwayError, warnOfCell } from '@slipway/notebook';
import { findImages, type ImageFile } from './image-files.js';
import { imageRefused } from './image-file.js';
import { shuffledIndices } from '@slipway/statistics/random';
import {
  execute,
  type Frame,
  freshTable,
  openFrame,
  quoteName,
  quoteText,
  type RowValue,
  type SplitOptions,
  writeRowsFile
} from '@slipway/frames';
import type { TensorContent, TensorRows } from './tensor-rows.js';

export interface ImageOptions {
  /** Height and width that all images are brought to, in pixels. */
  readonly size: readonly [height: number, width: number];
  /** 1 for gray, 3 for red, green and blue (the default). */
  readonly channels?: 1 | 3;
}

export interface ImageBatchOptions {
  /** Images of a batch; the last one may have fewer. Default 32. */
  readonly batchSize?: number;
  /** Images come in an order of chance; default: in the order of their names. */
  readonly seed?: number;
}

/** Images as a model receives them, from 0 to 1. */
export interface ImageBatch {
  /** Row-major [rows, height, width, channels]. */
  readonly xs: Float32Array;
  /** One-hot [rows, classes]. */
  readonly ys: Float32Array;
  readonly rows: number;
}

/** Images that are decoded at the same time. */
const AT_A_TIME = 32;

/** Images in folders that are named after their classes. */
export class ImageFolder implements TensorRows {
  readonly noun = 'images';
  readonly target = 'label';
  /** One row for each image: `file`, `label`, `width`, `height`, `sha256`. */
  readonly frame: Frame;
  /** Names of the classes, sorted; the order of the outputs. */
  readonly classes: readonly string[];
  /** Height, width, channels of what the model receives. */
  readonly shape: readonly [number, number, number];
  readonly #folder: string;

  constructor(folder: string, frame: Frame, classes: readonly string[], shape: readonly [number, number, number]) {
    this.#folder = folder;
    this.frame = frame;
    this.classes = classes;
    this.shape = shape;
  }

  get count(): number {
    return this.frame.rowCount;
  }

  /** What a model receives: the input `image`, pixels from 0 to 255. */
  get content(): TensorContent {
    return { name: 'image', shape: this.shape, kind: 'pixels', scaling: 'none' };
  }

  /** The pixels of all images, from 0 to 255: row-major [images, height, width, channels]. */
  async read(): Promise<Uint8Array> {
    const [files = []] = await this.frame.values(['file']);
    const size = this.shape[0] * this.shape[1] * this.shape[2];
    const out = new Uint8Array(files.length * size);
    for (let from = 0; from < files.length; from += AT_A_TIME) {
      const read = await Promise.all(files.slice(from, from + AT_A_TIME).map(file => this.#pixels(String(file))));
      read.forEach((pixels, i) => out.set(pixels, (from + i) * size));
    }
    return out;
  }

  /** Cuts the images in two; by default each class has its share in both parts. */
  async split(options: { test: number; seed?: number; by?: SplitOptions['by']; column?: string }): Promise<{
    train: ImageFolder;
    test: ImageFolder;
  }> {
    const { train, test } = await this.frame.split({ by: 'stratified', column: 'label', ...options });
    const part = (frame: Frame): ImageFolder => new ImageFolder(this.#folder, frame, this.classes, this.shape);
    return { train: part(train), test: part(test) };
  }

  /** Reads, resizes and gives the images batch by batch; only one batch is in memory. */
  async *batches({ batchSize = 32, seed }: ImageBatchOptions = {}): AsyncGenerator<ImageBatch> {
    const [files = [], labels = []] = await this.frame.values(['file', 'label']);
    const order = seed === undefined ? files.map((_, i) => i) : shuffledIndices(files.length, seed);
    const [height, width, channels] = this.shape;
    const pixels = height * width * channels;
    for (let from = 0; from < order.length; from += batchSize) {
      const chosen = order.slice(from, from + batchSize);
      const xs = new Float32Array(chosen.length * pixels);
      const ys = new Float32Array(chosen.length * this.classes.length);
      const read = await Promise.all(chosen.map(i => this.#pixels(String(files[i]))));
      read.forEach((values, row) => {
        for (let i = 0; i < pixels; i++) {
          xs[row * pixels + i] = values[i]! / 255;
        }
        ys[row * this.classes.length + this.classes.indexOf(String(labels[chosen[row]!]))] = 1;
      });
      yield { xs, ys, rows: chosen.length };
    }
  }

  /** The same as a `tf.data` dataset of `{ xs, ys }`, for `model.fitDataset`. */
  async dataset(
    options: ImageBatchOptions = {}
  ): Promise<TensorFlow.data.Dataset<{ xs: TensorFlow.Tensor4D; ys: TensorFlow.Tensor2D }>> {
    const { tensorflow } = await import('../backend/load-tfjs.js');
    const tf = await tensorflow();
    const tensors = async function* (
      this: ImageFolder
    ): AsyncGenerator<{ xs: TensorFlow.Tensor4D; ys: TensorFlow.Tensor2D }> {
      for await (const { xs, ys, rows } of this.batches(options)) {
        yield { xs: tf.tensor4d(xs, [rows, ...this.shape]), ys: tf.tensor2d(ys, [rows, this.classes.length]) };
      }
    };
    return tf.data.generator(tensors.bind(this));
  }

  async #pixels(file: string): Promise<Uint8Array> {
    const bytes = await readFile(path.join(this.#folder, file)).catch((cause: unknown) => {
      throw new SlipwayError('DATA_NOT_FOUND', `The image "${file}" is no longer there.`, {
        remedy: 'Read the folder again with slip.images.',
        cause
      });
    });
    try {
      return await decodeImage(bytes, this.shape);
    } catch (cause) {
      throw imageRefused(`"${file}"`, cause);
    }
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    const text = `${this.count} images of ${this.classes.length} classes (${this.classes.join(', ')}), read as [${this.shape.join(', ')}].`;
    return { 'text/plain': text };
  }
}

/**
 * Reads a folder of images with one folder for each class, and registers the list of them, with the SHA-256 of each, as a
 * version of dataset `name`. The pixels are read when batches are asked for.
 *
 * @param folder relative to the notebook.
 * @throws SlipwayError OPTION_INVALID for an invalid size, DATA_NOT_FOUND without the folder or without images in two
 * classes; DATA_UNREADABLE for a file that is not an image, or of a format that is not read.
 * @example
 * const digits = await slip.images('digits', 'digits', { size: [8, 8] });
 */
export async function images(name: string, folder: string, options: ImageOptions): Promise<ImageFolder> {
  refuseOptions(options);
  const book = notebook();
  const place = path.resolve(book.directory, folder);
  const found = await findImages(place, folder);
  const classes = [...new Set(found.map(({ label }) => label))].sort();
  if (classes.length < 2) {
    throw new SlipwayError('DATA_NOT_FOUND', `"${folder}" holds images of ${classes.length} classes.`, {
      remedy: 'A folder of images has one folder for each class: animals/cat/1.png, animals/dog/1.png.'
    });
  }
  const rows = await writeRowsFile(['file', 'label', 'width', 'height', 'sha256'], describeAll(place, found));
  const table = freshTable();
  try {
    await execute(
      `create table ${quoteName(table)} as select * from read_json(${quoteText(rows.file)}, format='newline_delimited', ` +
        `columns={file: 'VARCHAR', label: 'VARCHAR', width: 'INTEGER', height: 'INTEGER', sha256: 'VARCHAR'})`
    );
  } finally {
    await rows.remove();
  }
  const lineage = { source: folder, parents: [], steps: [] };
  const frame = await openFrame({ name, table, time: null, version: null, lineage, shifts: new Map() });
  book.noteRead(`file:${folder}`);
  await warnOfCopies(frame);
  const [height, width] = options.size;
  return new ImageFolder(place, await frame.save(name), classes, [height, width, options.channels ?? 3]);
}

function refuseOptions({ size, channels = 3 }: ImageOptions): void {
  const isSize = Array.isArray(size) && size.length === 2 && size.every(n => Number.isInteger(n) && n > 0);
  if (isSize && (channels === 1 || channels === 3)) {
    return;
  }
  throw new SlipwayError('OPTION_INVALID', `Images cannot be read as [${[size, channels].flat().join(', ')}].`, {
    remedy: 'Say height and width in pixels, and 1 or 3 channels: { size: [28, 28], channels: 1 }.'
  });
}

async function* describeAll(place: string, found: readonly ImageFile[]): AsyncGenerator<readonly RowValue[]> {
  for (const { file, label } of found) {
    const bytes = await readFile(path.join(place, file));
    const { width, height } = await imageSize(bytes).catch((cause: unknown) => {
      if (!(cause instanceof ImageError)) {
        throw cause;
      }
      throw new SlipwayError('DATA_UNREADABLE', `"${file}" is not a readable image: it ${cause.message}.`, {
        remedy: 'Delete it, or save it anew as PNG or JPEG; nothing was registered.',
        cause
      });
    });
    yield [file, label, width, height, createHash('sha256').update(bytes).digest('hex')];
  }
}

/** Copies of an image end in both parts of a split, and under two labels they teach nothing. */
async function warnOfCopies(frame: Frame): Promise<void> {
  const [hashes = [], labels = [], files = []] = await frame.values(['sha256', 'label', 'file']);
  const first = new Map<unknown, number>();
  const copies = hashes.flatMap((hash, i) => {
    const at = first.get(hash);
    if (at === undefined) {
      first.set(hash, i);
    }
    return at === undefined ? [] : [[at, i] as const];
  });
  if (copies.length === 0) {
    return;
  }
  const [at, copy] = copies.find(([a, b]) => labels[a] !== labels[b]) ?? copies[0]!;
  warnOfCell(
    `${copies.length} of ${frame.rowCount} images of ${frame.name} are copies of others, e.g. ${files[at]} and ${files[copy]}` +
      `${labels[at] === labels[copy] ? '' : ', which have different labels'}.\nDelete one of each pair before the split.`
  );
}
