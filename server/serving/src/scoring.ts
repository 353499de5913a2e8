import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { SCORING_FILE } from '@slipway/contract';
import { RequestError } from '@slipway/tensor-inputs';
import { messageOf } from '@slipway/wording';

type Row = Record<string, unknown>;

/** The user's own functions around a model; both may be asynchronous. */
export interface Scoring {
  /** Request rows to the model's named inputs. @throws RequestError 400 naming the row when the function throws. */
  before(rows: readonly unknown[]): Promise<readonly unknown[]>;
  /** Predictions to answers. @throws Error when the function does: that is an error in the bundle, not in the request. */
  after<P extends Row>(predictions: readonly P[], rows: readonly unknown[]): Promise<readonly Row[]>;
}

/**
 * The scoring module of the bundle in `folder`; null when it has none.
 *
 * @throws Error when it cannot be loaded or exports neither `before` nor `after`.
 */
export async function loadScoring(folder: string): Promise<Scoring | null> {
  const file = path.join(folder, SCORING_FILE);
  const there = await stat(file).catch(() => null);
  if (!there?.isFile()) {
    return null;
  }
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`${SCORING_FILE} cannot be loaded: ${messageOf(error)}`, { cause: error });
  }
  const { before, after } = exported;
  if (typeof before !== 'function' && typeof after !== 'function') {
    throw new Error(`${SCORING_FILE} exports neither before nor after.`);
  }
  return {
    before: async rows => {
      if (typeof before !== 'function') {
        return rows;
      }
      return Promise.all(
        rows.map(async (row, i) => {
          let made: unknown;
          try {
            made = await (before as (row: unknown) => unknown)(row);
          } catch (error) {
            throw new RequestError(`the scoring module refused it: ${messageOf(error)}`, `row ${i}`);
          }
          if (isRow(made)) {
            return made;
          }
          throw new RequestError('the scoring module gave no object for it', `row ${i}`);
        })
      );
    },
    after: async (predictions, rows) => {
      if (typeof after !== 'function') {
        return predictions;
      }
      return Promise.all(
        predictions.map(async (prediction, i) => {
          const made: unknown = await (after as (prediction: unknown, row: unknown) => unknown)(prediction, rows[i]);
          if (isRow(made)) {
            return made;
          }
          throw new Error(`The scoring module gave no object for prediction ${i}.`);
        })
      );
    }
  };
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
