import { counted } from '@slipway/wording';
import { shapeText, sizeOf } from '@slipway/tensor-inputs';
import { type MimeBundle, SlipwayError } from '@slipway/notebook';
import { quoteName, readLists, type Frame, type SplitOptions } from '@slipway/frames';
import type { TensorContent, TensorRows } from './tensor-rows.js';

/** Whole numbers with more different values than this are a quantity, not classes. */
const MOST_CLASSES = 20;
/** Numbers that are read from the engine at a time. */
const BLOCK_NUMBERS = 1 << 21;

/** Rows of tensors with their truth, as a version of a dataset. */
export class TensorSet implements TensorRows {
  readonly noun = 'rows';
  readonly classes = null;

  constructor(
    readonly frame: Frame,
    readonly target: string,
    readonly content: TensorContent
  ) {}

  get count(): number {
    return this.frame.rowCount;
  }

  /** Shape of one row. */
  get shape(): readonly number[] {
    return this.content.shape;
  }

  /** Cuts the rows in two: by time where rows have one; else each class has its share in both parts. */
  async split(options: { test: number; seed?: number; by?: SplitOptions['by']; column?: string }): Promise<{
    train: TensorSet;
    test: TensorSet;
  }> {
    const { train, test } = await this.frame.split({ ...(await this.#usualSplit()), ...options });
    const part = (frame: Frame): TensorSet => new TensorSet(frame, this.target, this.content);
    return { train: part(train), test: part(test) };
  }

  async #usualSplit(): Promise<Pick<SplitOptions, 'by' | 'column'>> {
    if (this.frame.time !== null) {
      return { by: 'time' };
    }
    const { type } = this.frame.column(this.target);
    const [labels = []] = await this.frame.values([this.target]);
    const areClasses = type !== 'number' && (type !== 'integer' || new Set(labels).size <= MOST_CLASSES);
    return areClasses ? { by: 'stratified', column: this.target } : { by: 'random' };
  }

  /** The numbers of all rows, row-major [rows, …shape]. */
  async read(): Promise<Float32Array> {
    const { name, shape } = this.content;
    const width = sizeOf(shape);
    const out = new Float32Array(this.count * width);
    const rows = Math.max(1, Math.floor(BLOCK_NUMBERS / width));
    for (let from = 0; from < this.count; from += rows) {
      // Row numbers of a table that is never changed run from 0.
      await readLists(
        `select cast(${quoteName(name)} as float[]) from ${quoteName(this.frame.table)} ` +
          `where rowid >= ${from} and rowid < ${from + rows} order by rowid`,
        out,
        from * width
      );
    }
    return out;
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    const { kind, name } = this.content;
    const version = this.frame.version ? `@${this.frame.version.version}` : ', not registered';
    const text = `${this.frame.name}${version}: ${counted(this.count, 'row')}, each ${shapeText(this.shape)} ${kind} ("${name}"), with ${this.target}.`;
    return { 'text/plain': text };
  }
}

/** @throws SlipwayError OPTION_INVALID */
export function refuseShape(shape: readonly number[], kind: TensorContent['kind']): void {
  if (shape.length === 0 || shape.some(size => !Number.isInteger(size) || size < 1)) {
    invalid(
      `[${shape.join(', ')}] is not a valid shape of a row.`,
      'Say e.g. shape: [28, 28, 1], or [steps, features].'
    );
  }
  if (kind === 'pixels' && (shape.length !== 3 || (shape[2] !== 1 && shape[2] !== 3))) {
    invalid(
      `Pixels have the shape [height, width, 1 or 3], not [${shape.join(', ')}].`,
      'Add the channels as the last axis.'
    );
  }
}

/** @throws SlipwayError OPTION_INVALID */
export function invalid(message: string, remedy: string): never {
  throw new SlipwayError('OPTION_INVALID', message, { remedy });
}
