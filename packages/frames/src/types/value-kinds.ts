import type { ColumnType } from '@slipway/contract';

/** A kind of value that a text may be. `text` is an SQL expression; so are the results. */
export interface ValueKind {
  readonly id: string;
  readonly type: ColumnType;
  /** Whether a text, not a missing one, is such a value, and nothing of it is lost when it is read as one. */
  fits(text: string): string;
  /** The value of a text that fits. */
  value(text: string): string;
  /**
   * The value of a text that may not fit, by less work than `fits` takes; an error where it does not, and maybe where it
   * does.
   *
   * @param among what is known of the file.
   */
  guess?(text: string, among: Surroundings): string;
  /** The order of day and month, where both may fit. */
  readonly order?: DateOrder;
}

/** What is known of the file that a text is in. */
export interface Surroundings {
  /** Some text holds an underscore, which the engine takes for a separator of digits. */
  readonly hasUnderscores: boolean;
  /** There are so many columns that planning what is done with each takes longer than doing it. */
  readonly isWide: boolean;
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
  fits: text =>
    firstOrElse(
      matches(text, `-?${EXACT_DIGITS}`),
      `${matches(text, `-?${DIGITS}`)} and coalesce(abs(try_cast(${text} as bigint)) <= ${Number.MAX_SAFE_INTEGER}, false)`
    ),
  value: text => `cast(${text} as bigint)`,
  guess: text => orRefused(text, matches(text, `-?${EXACT_DIGITS}`), `cast(${text} as bigint)`)
};

const number: ValueKind = {
  id: 'number',
  type: 'number',
  fits: text =>
    firstOrElse(
      matches(text, decimal(EXACT_DIGITS, '[.]', '[0-9]{1,2}')),
      `(${matches(text, decimal(DIGITS, '[.]', '[0-9]+'))} and ${isExact(text)}) or ${matches(text, `(?i:${NO_NUMBER})`)}`
    ),
  value: text => withoutNaN(`cast(${text} as double)`),
  // The engine itself refuses what is not a number; but it accepts leading zeros and underscores, which numbers do not have.
  guess: (text, { hasUnderscores, isWide }) => {
    const value = `cast(${text} as double)`;
    if (isWide) {
      return orRefused(text, matches(text, decimal(EXACT_DIGITS, '[.]', '[0-9]{1,2}')), value);
    }
    const isPlain = hasUnderscores ? ` and not contains(${text}, '_')` : '';
    const begins = PLAIN_BEGINNINGS.map(([from, to]) => `(${text} >= '${from}' and ${text} < '${to}')`).join(' or ');
    // With no more than 15 digits before the point, none of these is rounded.
    const isShort = `(strlen(${text}) < 16 or strpos(${text}, '.') between 1 and 16)`;
    const refused = orRefused(text, `(${begins}) and ${isShort}${isPlain}`, value);
    // Most texts need this test only: a branch of `case` is evaluated for what the branches before it left.
    const isUsual = `${text} >= '1' and ${text} < ':' and strlen(${text}) < 16${isPlain}`;
    return `case when ${isUsual} then ${value} else ${refused} end`;
  }
};

/** Texts from the first to before the second, in the order of bytes: those that begin as a number without a zero in front. */
const PLAIN_BEGINNINGS = [
  ['1', ':'],
  ['0', '00'],
  ['0:', '1'],
  ['-', '-00'],
  ['-0:', '-:'],
  ['.0', '.:']
] as const;

/** 1,5 as it is written where fields are not separated by commas. */
const decimalComma: ValueKind = {
  id: 'decimal-comma',
  type: 'number',
  fits: text =>
    firstOrElse(
      matches(text, decimal(EXACT_DIGITS, ',', '[0-9]{1,2}')),
      `(${matches(text, decimal(DIGITS, ',', '[0-9]+'))} and ${isExact(`replace(${text}, ',', '.')`)}) or ${matches(text, '(?i:nan)')}`
    ),
  value: text => withoutNaN(`cast(replace(${text}, ',', '.') as double)`)
};

/** A condition that is found true or false at less cost for most texts. */
function firstOrElse(sufficient: string, exact: string): string {
  return `case when ${sufficient} then true else ${exact} end`;
}

function orRefused(text: string, fits: string, value: string): string {
  return `case when ${fits} then ${value} when ${text} is null then null else ${OF_ANOTHER_TYPE} end`;
}

const OF_ANOTHER_TYPE = `error('slipway: of another type')`;

/** SQL: the value of a text that may not be of this kind; an error where it is not. */
export function guessed(kind: ValueKind, text: string, among: Surroundings): string {
  return kind.guess?.(text, among) ?? orRefused(text, kind.fits(text), kind.value(text));
}

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
  if (/^(?:true|false)$/i.test(text)) {
    return [boolean];
  }
  if (!/^[+-]?[.,]?\d/.test(text) && !/^[+-]?(?:nan|inf|infinity)$/i.test(text)) {
    return [];
  }
  return hasDecimalComma ? [integer, number, decimalComma] : [integer, number];
}

/** Kinds of numbers of JSON. */
export const NUMBER_KINDS: readonly ValueKind[] = [integer, number];
