import type { PlainValue } from '@slipway/frames';

/** What can be told of a moment. `season` is the place in the year on a circle, `timeOfDay` that in the day: two numbers each. */
export const DATE_PARTS = [
  'year',
  'month',
  'day',
  'weekday',
  'dayOfYear',
  'hour',
  'minute',
  'season',
  'timeOfDay'
] as const;
export type DatePart = (typeof DATE_PARTS)[number];

/** Days of a year, and minutes of a day, of the circles. */
export const YEAR_DAYS = 365.25;
export const DAY_MINUTES = 1440;

/** A moment as text, to the day or finer. */
export const MOMENT = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?Z?)?$/;

/** Places of the digits in the text of a moment: year, month, day, hour, minute. */
export const DIGITS = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15] as const;
/** The value of each of these digits in its field. */
export const DIGIT_FIELDS: readonly (readonly [field: number, weight: number])[] = [
  [0, 1000],
  [0, 100],
  [0, 10],
  [0, 1],
  [1, 10],
  [1, 1],
  [2, 10],
  [2, 1],
  [3, 10],
  [3, 1],
  [4, 10],
  [4, 1]
];
export const FIELDS = 5;

/** How many numbers a part gives. */
export function partWidth(part: DatePart): number {
  return part === 'season' || part === 'timeOfDay' ? 2 : 1;
}

/** Numbers of a moment, in the order of the parts; NaN for what is not a moment. */
export function momentNumbers(value: PlainValue, parts: readonly DatePart[]): number[] {
  const text = String(value);
  const fields = [0, 0, 0, 0, 0];
  DIGITS.forEach((place, i) => {
    const [field, weight] = DIGIT_FIELDS[i]!;
    fields[field]! += weight * Number(text[place] ?? 0);
  });
  const isMoment = MOMENT.test(text);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = fields;
  const numbers = parts.flatMap(part => {
    switch (part) {
      case 'year':
        return [year];
      case 'month':
        return [month];
      case 'day':
        return [day];
      case 'hour':
        return [hour];
      case 'minute':
        return [minute];
      case 'weekday':
        return [weekdayOf(dayNumber(year, month, day))];
      case 'dayOfYear':
        return [dayOfYear(year, month, day)];
      case 'season':
        return onCircle(dayOfYear(year, month, day) / YEAR_DAYS);
      case 'timeOfDay':
        return onCircle((hour * 60 + minute) / DAY_MINUTES);
    }
  });
  return isMoment ? numbers : numbers.map(() => NaN);
}

/** Days since 1 March of the year 0, in the Gregorian calendar; years that begin in March put the leap day last. */
function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const m = month <= 2 ? month + 9 : month - 3;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return 365 * y + leaps + Math.floor((153 * m + 2) / 5) + day - 1;
}

/** 1 is Monday, 7 Sunday. */
function weekdayOf(days: number): number {
  return ((days + 2) % 7) + 1;
}

function dayOfYear(year: number, month: number, day: number): number {
  return dayNumber(year, month, day) - dayNumber(year, 1, 1) + 1;
}

function onCircle(turn: number): [sine: number, cosine: number] {
  return [Math.sin(2 * Math.PI * turn), Math.cos(2 * Math.PI * turn)];
}
