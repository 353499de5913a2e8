import type { MetricValue } from '@slipway/contract';
import type { StoredReal } from './tables.js';

/** Infinity is stored as the largest double, as MLflow does. */
export const LARGEST_DOUBLE = Number.MAX_VALUE;

/** Turns a value from the wire into a number; NaN stays NaN, infinities are clipped. */
export function numberOf(value: MetricValue): number {
  switch (value) {
    case 'NaN':
      return NaN;
    case 'Infinity':
      return LARGEST_DOUBLE;
    case '-Infinity':
      return -LARGEST_DOUBLE;
    default:
      return value;
  }
}

export function toStored(value: number): StoredReal {
  return Number.isNaN(value) ? 'NaN' : value;
}

/** JSON has no NaN: it travels as the string. */
export function toWire(stored: StoredReal): MetricValue {
  return stored;
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
