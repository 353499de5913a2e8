import type { ColumnType } from '@slipway/contract';

/** How thoroughly a text is looked at: `quick` refuses some long numbers that `exact` finds to be exact. */
export type Thoroughness = 'quick' | 'exact';

/** A kind of value that a text may be. `text` is an SQL expression; so are the results. */
export interface ValueKind {
  readonly id: string;
  readonly type: ColumnType;
  /** Whether the text is such a value, and nothing of it is lost when it is read as one. */
  fits(text: string, thoroughness: Thoroughness): string;
  /** The value of a text that fits. */
  value(text: string): string;
  /** The same columns read in another order of day and month, where both may fit. */
  readonly order?: DateOrder;
}

/** Whether month or day comes first. */
export type DateOrder = 'month-first' | 'day-first';

/** Whether `text` as a whole matches a pattern (RE2); blanks around it are not looked at. */
export function matches(text: string, pattern: string): string {
  return `regexp_full_match(${text}, '[ ]*(?:${pattern})[ ]*')`;
}

const DIGITS = '(?:0|[1-9][0-9]*)';
/** All whole numbers of so many digits are exact as float64. */
const EXACT_DIGITS = '(?:0|[1-9][0-9]{0,14})';
const NO_NUMBER = '[+-]?(?:nan|inf|infinity)';

/** A whole number as a program writes it: no zero in front, no plus, no separators. Those are codes, and stay text. */
const integer: ValueKind = {
  id: 'integer',
  type: 'integer',
  fits: (text, thoroughness) =>
    thoroughness === 'quick'
      ? matches(text, `-?${EXACT_DIGITS}`)
      : `${matches(text, `-?${DIGITS}`)} and coalesce(abs(try_cast(${text} as bigint)) <= ${Number.MAX_SAFE_INTEGER}, false)`,
  value: text => `cast(${text} as bigint)`
};

const number: ValueKind = {
  id: 'number',
  type: 'number',
  fits: (text, thoroughness) => {
    if (thoroughness === 'quick')
      return matches(text, `${decimal(EXACT_DIGITS, '[.]', '[0-9]{1,2}')}|(?i:${NO_NUMBER})`);
    return (
      `(${matches(text, decimal(DIGITS, '[.]', '[0-9]+'))} and ${isExact(text)}) or ` +
      matches(text, `(?i:${NO_NUMBER})`)
    );
  },
  value: text => withoutNaN(`cast(${text} as double)`)
};

/** 1,5 as it is written where fields are not separated by commas. */
const decimalComma: ValueKind = {
  id: 'decimal-comma',
  type: 'number',
  fits: (text, thoroughness) => {
    const point = `replace(${text}, ',', '.')`;
    return thoroughness === 'quick'
      ? matches(text, `${decimal(EXACT_DIGITS, ',', '[0-9]{1,2}')}|(?i:nan)`)
      : `(${matches(text, decimal(DIGITS, ',', '[0-9]+'))} and ${isExact(point)}) or ${matches(text, '(?i:nan)')}`;
  },
  value: text => withoutNaN(`cast(replace(${text}, ',', '.') as double)`)
};

const boolean: ValueKind = {
  id: 'boolean',
  type: 'boolean',
  fits: text => matches(text, 'true|false|True|False|TRUE|FALSE'),
  value: text => `cast(${text} as boolean)`
};

function decimal(whole: string, point: string, exponent: string): string {
  const power = `(?:[eE][+-]?${exponent})?`;
  return `-?${whole}${power}|[+-]?(?:${whole}${point}[0-9]*|${point}[0-9]+)${power}`;
}

/** SQL: whether a number keeps all digits before its point; what has an exponent was rounded by who wrote it. */
export function isExact(text: string): string {
  const double = `try_cast(${text} as double)`;
  const whole = `regexp_extract(${text}, '[+-]?0*([0-9]+)', 1)`;
  return (
    `coalesce(isfinite(${double}) and (abs(${double}) <= ${Number.MAX_SAFE_INTEGER} or contains(lower(${text}), 'e') ` +
    `or cast(try_cast(trunc(abs(${double})) as hugeint) as varchar) = ${whole}), false)`
  );
}

/** NaN is a missing value: else every mean would be NaN, and every model that learns from it. */
function withoutNaN(double: string): string {
  return `nullif(${double}, cast('NaN' as double))`;
}

/** Kinds other than dates and times that a column with this value among its values may be of, the narrowest first. */
export function plainKinds(example: string, hasDecimalComma: boolean): readonly ValueKind[] {
  const text = example.trim();
  if (/^(?:true|false)$/i.test(text)) return [boolean];
  if (!/^[+-]?[.,]?\d/.test(text) && !/^[+-]?(?:nan|inf|infinity)$/i.test(text)) return [];
  return hasDecimalComma ? [integer, number, decimalComma] : [integer, number];
}

/** Kinds of numbers of JSON. */
export const NUMBER_KINDS: readonly ValueKind[] = [integer, number];
