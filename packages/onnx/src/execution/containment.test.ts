import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refuseExternalData, UncontainedModelError } from './containment.js';

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}
const number = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
const message = (field: number, ...parts: number[][]): number[] => {
  const body = parts.flat();
  return [...varint(field * 8 + 2), ...varint(body.length), ...body];
};
const text = (field: number, value: string): number[] => message(field, [...Buffer.from(value)]);

/** `StringStringEntryProto` of `external_data`. */
const location = message(13, text(1, 'location'), text(2, '../../../../etc/passwd'));
const plainTensor = (field: number): number[] =>
  message(field, number(1, 2), number(2, 1), message(9, [0, 0, 128, 63]), text(8, 'w'));
const externalTensor = (field: number): number[] => message(field, text(8, 'w'), location, number(14, 1));

const check = (...parts: number[][]): void => refuseExternalData(Uint8Array.from(parts.flat()));

describe('a model', () => {
  it('that is complete in itself is let in', () => {
    const attribute = message(5, text(1, 'value'), plainTensor(5), number(20, 4));
    check(number(1, 8), text(2, 'tests'), message(7, message(1, text(4, 'Constant'), attribute), plainTensor(5)));
    check(message(7, message(5, number(14, 0))));
  });

  it.each([
    ['an initializer', message(7, externalTensor(5))],
    ['an initializer that only says so', message(7, message(5, number(14, 1)))],
    ['an initializer that only has the path', message(7, message(5, location))],
    ['a constant of a node', message(7, message(1, message(5, externalTensor(5))))],
    ['a list of constants', message(7, message(1, message(5, externalTensor(10))))],
    ['a branch', message(7, message(1, message(5, message(6, externalTensor(5)))))],
    ['a list of branches', message(7, message(1, message(5, message(11, externalTensor(5)))))],
    ['a sparse tensor', message(7, message(15, externalTensor(1)))],
    ['a function of the model', message(25, message(7, message(5, externalTensor(5))))],
    ['a default of a function', message(25, message(11, externalTensor(5)))],
    ['a training graph', message(20, message(1, externalTensor(5)))],
    [
      'a second graph, which is merged with the first',
      [...message(7, plainTensor(5)), ...message(7, externalTensor(5))]
    ]
  ])('with another file in %s is refused', (_where, bytes) => {
    expect(() => check(bytes)).toThrow('external data');
  });

  it('that nests without end is refused, and does not overflow the stack', () => {
    let graph: number[] = plainTensor(5);
    for (let level = 0; level < 300; level += 1) {
      graph = message(1, message(5, message(6, graph)));
    }
    expect(() => check(message(7, graph))).toThrow('nested too deeply');
  });

  it('of any bytes is let in or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        try {
          refuseExternalData(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(UncontainedModelError);
        }
      })
    );
  });
});
