import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { Learned } from './learn.ts';

/** Losses of Keras from the same numbers; keras_reference.py wrote them. */
export const keras = JSON.parse(readFileSync(path.join(import.meta.dirname, 'keras-reference.json'), 'utf8')) as {
  readonly losses: Readonly<Record<string, readonly number[]>>;
};

/** Gradients to 1e-4 of the largest of their weight, losses to 1e-4. */
export function expectParity(actual: Learned, expected: Learned): void {
  expect(actual.gradients.length).toBe(expected.gradients.length);
  actual.gradients.forEach((gradient, i) => {
    const other = expected.gradients[i]!;
    const largest = other.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    gradient.forEach((value, k) => expect(Math.abs(value - other[k]!) / largest).toBeLessThan(1e-4));
  });
  expectLosses(actual.losses, expected.losses);
}

export function expectLosses(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((loss, epoch) => expect(Math.abs(loss - expected[epoch]!) / expected[epoch]!).toBeLessThan(1e-4));
}
