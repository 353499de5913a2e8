import type { ColumnType } from '@slipway/contract';
import { SlipwayError } from '@slipway/notebook';
import { quoteText } from '../engine/engine.js';

/** How files are read. */
export interface ReadOptions {
  /** Types that the schema declares: values of such columns are read as they are written, not guessed. */
  readonly types: ReadonlyMap<string, ColumnType>;
  /** Words that mean a missing value. */
  readonly missing: readonly string[];
  /** 1/2/2024 is the first of February; undefined: whatever fits all rows. */
  readonly dayFirst: boolean | undefined;
  /** Lines or rows above the header. */
  readonly skip: number;
  /** Sheet and cells of an Excel file. */
  readonly sheet: string | number | undefined;
  readonly range: string | undefined;
}

/**
 * Reading options as a person gives them, with what is not said filled in.
 *
 * @throws SlipwayError OPTION_INVALID
 */
export function readOptions(given: {
  readonly missing?: readonly (string | number)[];
  readonly dayFirst?: boolean;
  readonly skip?: number;
  readonly sheet?: string | number;
  readonly range?: string;
}): ReadOptions {
  const { missing = [], dayFirst, skip = 0, sheet, range } = given;
  if (!Number.isInteger(skip) || skip < 0) {
    throw new SlipwayError('OPTION_INVALID', `skip is ${String(skip)}, which is not a number of lines.`, {
      remedy: 'Say how many lines are above the names of the columns, e.g. { skip: 2 }.'
    });
  }
  if (!Array.isArray(missing)) {
    throw new SlipwayError('OPTION_INVALID', 'missing is not a list of words.', {
      remedy: 'Write { missing: ["NA", "?"] }.'
    });
  }
  return { types: new Map(), missing: (missing as (string | number)[]).map(String), dayFirst, skip, sheet, range };
}

/** SQL: whether a text is one of the words for a missing value. */
export function isMissing(text: string, missing: readonly string[]): string {
  return `coalesce(trim(${text}) in (${missing.map(word => quoteText(word.trim())).join(', ')}), false)`;
}
