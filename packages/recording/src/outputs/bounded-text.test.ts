import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskText } from '../secrets.js';
import { BoundedText } from './bounded-text.js';

const END = 1000;
const asIs = (text: string): string => text;

function bounded(...pieces: readonly string[]): BoundedText {
  const text = new BoundedText(END);
  for (const piece of pieces) {
    text.append(piece);
  }
  return text;
}

/** Cuts `text` at arbitrary places. */
const pieces = (text: string) =>
  fc.uniqueArray(fc.nat({ max: text.length }), { maxLength: 20 }).map(cuts => {
    const places = [0, ...cuts.sort((a, b) => a - b), text.length];
    return places.slice(1).map((end, i) => text.slice(places[i], end));
  });

describe('a long text', () => {
  it('stays as it is up to its limit', () => {
    const text = fc.string({ maxLength: 2 * END });
    fc.assert(
      fc.property(text.chain(pieces), parts => {
        expect(bounded(...parts).text(asIs)).toBe(parts.join(''));
      })
    );
  });

  it('keeps its begin and its end, and says how much is left out, however it came', () => {
    const lines = fc
      .integer({ min: 300, max: 4000 })
      .map(count => Array.from({ length: count }, (_, i) => `line ${i}`).join('\n'));
    fc.assert(
      fc.property(
        lines.chain(text => fc.tuple(fc.constant(text), pieces(text))),
        ([text, parts]) => {
          const leftOut = text.length - 2 * END;
          expect(bounded(...parts).text(asIs)).toBe(
            `${text.slice(0, END)}\n… ${leftOut} characters left out …\n${text.slice(-END)}`
          );
        }
      )
    );
  });

  it('has no half of a secret at the cut', () => {
    const secret = `ghp_${'aB3dE5gH7j'.repeat(3)}`;
    fc.assert(
      fc.property(fc.nat({ max: 60 }), fc.constantFrom('begin', 'end'), (shift, where) => {
        const filler = '.'.repeat(END - shift);
        const long = '.'.repeat(5 * END);
        const text = where === 'begin' ? `${filler} ${secret} ${long}` : `${long} ${secret} ${filler}`;
        expect(bounded(text).text(maskText)).not.toMatch(/aB3dE5gH7j/);
      })
    );
  });
});
