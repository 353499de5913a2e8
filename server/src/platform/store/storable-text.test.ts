import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStorable, toStorable } from './storable-text.js';

const anyText = fc.string({ unit: 'binary' });
const anyValue = fc.anything({
  values: [anyText, fc.constant('a\0b'), fc.constant('\ud800'), fc.integer()],
  maxDepth: 3
});

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  return typeof value === 'object' && value !== null ? Object.entries(value).flat().flatMap(textsIn) : [];
}

describe('text made storable', () => {
  it('holds nothing that a database cannot, wherever it is in a value', () => {
    fc.assert(fc.property(anyValue, value => textsIn(toStorable(value)).every(isStorable)));
  });

  it('is the same value where there was nothing to replace', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        fc.pre(textsIn(value).every(isStorable));
        expect(toStorable(value)).toBe(value);
      })
    );
  });

  it('has one sign for each that was replaced', () => {
    expect(toStorable({ 'a\0': ['\ud800x', 'größe ✓ 🎈'] })).toEqual({ 'a\ufffd': ['\ufffdx', 'größe ✓ 🎈'] });
  });
});
