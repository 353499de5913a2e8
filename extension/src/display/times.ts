import type { TranslationBundle } from '@jupyterlab/translation';
import { formatNumber } from '@slipway/wording';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long something took, with two units at most: `230 ms`, `12 s`, `1 min 5 s`, `2 h 5 min`. */
export function formatDuration(milliseconds: number): string {
  const duration = Math.max(0, milliseconds);
  if (duration < 999.5) {
    return `${Math.round(duration)} ms`;
  }
  if (duration < 10 * SECOND) {
    return `${formatNumber(Math.round(duration / 100) / 10)} s`;
  }
  if (duration < MINUTE - 500) {
    return `${Math.round(duration / SECOND)} s`;
  }
  if (duration < HOUR) {
    const seconds = Math.round(duration / SECOND);
    return twoUnits(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  }
  const minutes = Math.round(duration / MINUTE);
  if (minutes < 24 * 60) {
    return twoUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  }
  const hours = Math.round(duration / HOUR);
  return twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** How long ago a moment was, in one unit: `just now`, `4 min ago`, `2 h ago`, `3 days ago`, then the date. */
export function formatAgo(moment: number, now: number, trans: TranslationBundle): string {
  // Clocks of two machines differ a little: a moment just ahead is now.
  const age = Math.max(0, now - moment);
  if (age < 45 * SECOND) {
    return trans.__('just now');
  }
  if (age < 59.5 * MINUTE) {
    return trans.__('%1 min ago', Math.max(1, Math.round(age / MINUTE)));
  }
  if (age < 23.5 * HOUR) {
    return trans.__('%1 h ago', Math.round(age / HOUR));
  }
  const days = Math.round(age / DAY);
  if (days < 30) {
    return trans._n('%1 day ago', '%1 days ago', days);
  }
  return new Date(moment).toISOString().slice(0, 10);
}

/** How long a state has lasted: `12 s`, `3 days`. */
export function formatSince(moment: number, now: number, trans: TranslationBundle): string {
  const age = Math.max(0, now - moment);
  return age < DAY
    ? formatDuration(Math.round(age / SECOND) * SECOND)
    : trans._n('%1 day', '%1 days', Math.round(age / DAY));
}

/** The exact local date and time, for titles: `2026-11-21 13:05:09`. */
export function formatExactTime(moment: number): string {
  const date = new Date(moment);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
