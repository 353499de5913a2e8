import { flatRow, RowShapeError, sizeOf } from '@slipway/tensor-inputs';
import { SlipwayError } from '@slipway/notebook';
import type { CellValue } from './model-inputs.js';

/** What a model's only input is made of, when each row is a tensor. */
export interface TensorInputParts {
  readonly name: string;
  /** Of one row, e.g. [28, 28, 1]. */
  readonly shape: readonly number[];
  /** Is subtracted before the division: one number for all, or one for each place of the last axis. */
  readonly offset: readonly number[];
  readonly scale: readonly number[];
  /** `image`: pixels from 0 to 255, which services also read from image files. */
  readonly format: 'image' | null;
  /** Smallest and largest number of the training rows. */
  readonly range: { readonly min: number; readonly max: number };
}

/**
 * An input whose rows are tensors: images, or windows of a series. (value − offset) / scale is computed in float32 here and
 * inside the exported graph, so that serving cannot differ.
 */
export class TensorInput {
  readonly kind = 'tensor';

  constructor(readonly parts: TensorInputParts) {}

  /** Shape of one row as the model receives it. */
  get shape(): readonly number[] {
    return this.parts.shape;
  }

  get names(): readonly string[] {
    return [this.parts.name];
  }

  /** Numbers per row. */
  get width(): number {
    return sizeOf(this.shape);
  }

  /** Rows as they are given, row-major, as the model receives them. */
  scaled(values: ArrayLike<number>): Float32Array {
    const { offset, scale } = this.parts;
    const out = new Float32Array(values.length);
    for (let i = 0; i < out.length; i++) {
      const centred = Math.fround(Math.fround(values[i]!) - Math.fround(offset[i % offset.length]!));
      out[i] = centred / Math.fround(scale[i % scale.length]!);
    }
    return out;
  }

  /**
   * Named rows as the model receives them, row-major [rows, …shape]. `where` names them in messages.
   *
   * @throws SlipwayError COLUMN_TYPE for a row of another shape, or with a value that is not a number.
   */
  transformColumns(columns: readonly (readonly CellValue[])[], rows: number, where: string): Float32Array {
    const width = this.width;
    const values = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const numbers = this.#row(columns[0]![row], row, where);
      for (let i = 0; i < width; i++) {
        const number = numbers[i];
        if (typeof number !== 'number' || !Number.isFinite(number)) {
          throw new SlipwayError(
            'COLUMN_TYPE',
            `"${this.parts.name}" holds ${JSON.stringify(number)} in row ${row + 1} of ${where}, which is not a number.`
          );
        }
        values[row * width + i] = number;
      }
    }
    return this.scaled(values);
  }

  #row(value: CellValue | undefined, row: number, where: string): ArrayLike<unknown> {
    try {
      return flatRow(value, this.shape);
    } catch (error) {
      if (!(error instanceof RowShapeError)) {
        throw error;
      }
      throw new SlipwayError('COLUMN_TYPE', `"${this.parts.name}" in row ${row + 1} of ${where}: ${error.message}.`, {
        cause: error
      });
    }
  }
}
