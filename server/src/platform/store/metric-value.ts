import type { MetricValue } from '@slipway/contract';
import type { StoredReal } from './tables.js';

/** No number is larger; NaN, which databases sort behind all numbers, is. */
export const LARGEST_NUMBER = Infinity;

/** Turns a value from the wire into a number. */
export function numberOf(value: MetricValue): number {
  switch (value) {
    case 'NaN':
      return NaN;
    case 'Infinity':
      return Infinity;
    case '-Infinity':
      return -Infinity;
    default:
      return value;
  }
}

export function toStored(value: number): StoredReal {
  return Number.isNaN(value) ? 'NaN' : value;
}

/** JSON has neither NaN nor infinity: they travel as strings. */
export function toWire(stored: StoredReal): MetricValue {
  switch (stored) {
    case Infinity:
      return 'Infinity';
    case -Infinity:
      return '-Infinity';
    default:
      return stored;
  }
}

export interface PointOrder {
  readonly step: number;
  readonly timestamp: number;
  readonly value: number;
}

/** The latest point is the largest by (step, timestamp, value); NaN is larger than every number. */
export function isLater(point: PointOrder, than: PointOrder): boolean {
  if (point.step !== than.step) {
    return point.step > than.step;
  }
  if (point.timestamp !== than.timestamp) {
    return point.timestamp > than.timestamp;
  }
  return Number.isNaN(point.value) ? !Number.isNaN(than.value) : point.value > than.value;
}
