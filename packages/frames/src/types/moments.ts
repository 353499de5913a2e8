import { matches, type DateOrder, type ValueKind } from './value-kinds.js';

const TIME = '[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6}0*)?)?';
const TWELVE_HOURS = '[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})? ?(?:[AaPp][Mm])';
const ZONE = '(?:Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)';

/** How the date of a moment is written, as a pattern of RE2, and how it becomes one that the engine reads. */
interface DateShape {
  readonly id: string;
  readonly pattern: string;
  /** SQL: the text with its date as year-month-day. */
  iso(text: string): string;
  readonly order?: DateOrder;
}

const YEAR_FIRST: readonly DateShape[] = ['-', '/', '.'].map(separator => ({
  id: `y${separator}m${separator}d`,
  pattern: `[0-9]{4}[${separator}][0-9]{1,2}[${separator}][0-9]{1,2}`,
  iso: text => (separator === '-' ? text : `replace(${text}, '${separator}', '-')`)
}));

const YEAR_LAST: readonly DateShape[] = (['month-first', 'day-first'] as const).flatMap(order =>
  ['/', '-', '.'].flatMap(separator =>
    [4, 2].map(digits => ({
      id: `${order} ${separator} ${digits}`,
      pattern: `[0-9]{1,2}[${separator}][0-9]{1,2}[${separator}][0-9]{${digits}}`,
      iso: (text: string) => yearFirst(text, separator, digits, order),
      order
    }))
  )
);

function yearFirst(text: string, separator: string, digits: number, order: DateOrder): string {
  const [month, day] = order === 'month-first' ? ['\\1', '\\2'] : ['\\2', '\\1'];
  const replaced = (from: string, year: string, within: string): string =>
    `regexp_replace(${within}, '^[ ]*([0-9]{1,2})[${separator}]([0-9]{1,2})[${separator}](${from})', '${year}\\3-${month}-${day}')`;
  // Two digits are a year from 1969 to 2068, as in POSIX.
  return digits === 4
    ? replaced('[0-9]{4}', '', text)
    : replaced('[0-9]{2}', '20', replaced('69|[7-9][0-9]', '19', text));
}

/**
 * Kinds of dates and times that a column with this value among its values may be of: a day, a time of a day, an instant with
 * its time zone. Times with and without a zone have no kind in common: which instants the latter are, nobody knows.
 */
export function momentKinds(example: string, dayFirst: boolean | undefined): readonly ValueKind[] {
  const text = example.trim();
  const shapes = [...YEAR_FIRST, ...ordered(text, dayFirst)].filter(({ pattern }) =>
    new RegExp(`^(?:${pattern})(?=$|[T ])`).test(text)
  );
  const kinds = [day, time, twelveHours, instant];
  return kinds.flatMap(kind => shapes.map(kind));
}

/** Where both orders fit, the one that was chosen comes first; else the one that is usual with this separator. */
function ordered(text: string, dayFirst: boolean | undefined): readonly DateShape[] {
  const isDayFirst = dayFirst ?? !/^\d{1,2}\//.test(text);
  const rank = (shape: DateShape): number => ((shape.order === 'day-first') === isDayFirst ? 0 : 1);
  return [...YEAR_LAST].sort((a, b) => rank(a) - rank(b));
}

function day(shape: DateShape): ValueKind {
  return {
    ...orderOf(shape),
    id: `date ${shape.id}`,
    type: 'date',
    fits: text => `${matches(text, shape.pattern)} and try_cast(${shape.iso(text)} as date) is not null`,
    value: text => `cast(${shape.iso(text)} as date)`
  };
}

function time(shape: DateShape): ValueKind {
  return {
    ...orderOf(shape),
    id: `time ${shape.id}`,
    type: 'timestamp',
    fits: text =>
      `${matches(text, `${shape.pattern}(?:[T ]${TIME})?`)} and try_cast(${shape.iso(text)} as timestamp) is not null`,
    value: text => `cast(${shape.iso(text)} as timestamp)`
  };
}

function twelveHours(shape: DateShape): ValueKind {
  const formats = ['%I:%M:%S %p', '%I:%M %p'].map(format => `'%Y-%m-%d ${format}'`).join(', ');
  const parsed = (text: string): string =>
    `try_strptime(regexp_replace(trim(${shape.iso(text)}), ' ?([AaPp][Mm])$', ' \\1'), [${formats}])`;
  return {
    ...orderOf(shape),
    id: `twelve hours ${shape.id}`,
    type: 'timestamp',
    fits: text => `${matches(text, `${shape.pattern} ${TWELVE_HOURS}`)} and ${parsed(text)} is not null`,
    value: parsed
  };
}

function instant(shape: DateShape): ValueKind {
  // The engine reads a zone only after seconds, and beside them.
  const seconds = (text: string): string =>
    `regexp_replace(regexp_replace(trim(${shape.iso(text)}), '([0-9]) (Z|[+-])', '\\1\\2'), '([T ][0-9]{1,2}:[0-9]{2})( UTC|UTC|Z|[+-])', '\\1:00\\2')`;
  return {
    ...orderOf(shape),
    id: `instant ${shape.id}`,
    type: 'timestamp',
    fits: text =>
      `${matches(text, `${shape.pattern}[T ]${TIME} ?${ZONE}`)} and try_cast(${seconds(text)} as timestamptz) is not null`,
    value: text => `cast(${seconds(text)} as timestamptz)`
  };
}

function orderOf({ order }: DateShape): { order?: DateOrder } {
  return order ? { order } : {};
}
