import { describe, expect, it } from 'vitest';
import { jsonFile } from './bundle.js';

const text = (value: unknown): string => new TextDecoder().decode(jsonFile(value));

describe('a JSON file of a bundle', () => {
  it('has a line for each value, as JSON.stringify writes them', () => {
    const value = {
      name: 'a "quoted" näme',
      none: null,
      left: undefined,
      empty: [],
      nothing: {},
      only: { left: undefined },
      numbers: [1, -2.5, 1e-7, NaN, Infinity],
      rows: [{ a: [true, 'x'] }, {}, undefined]
    };
    expect(text(value)).toBe(`${JSON.stringify(value, null, 1)}\n`);
    expect(text([])).toBe('[]\n');
    expect(text(3)).toBe('3\n');
  });

  it('has one line for all numbers of a tensor', () => {
    const value = { image: [[0, 255], [1.5]] };
    expect(text(value)).toBe('{\n "image": [\n  [0,255],\n  [1.5]\n ]\n}\n');
    expect(JSON.parse(text(value))).toEqual(value);
  });
});
