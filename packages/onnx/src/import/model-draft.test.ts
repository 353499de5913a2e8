import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OnnxImportError } from './errors.js';
import { ModelDraft } from './model-draft.js';
import { ElementType, encodeValueInfo, readValueInfo, tensor } from '../wire/value-info.js';
import { bytesField, decodeFields, encodeFields, intField, messageField, textField, type Field } from '../wire/wire.js';
import { WireFormatError } from '../wire/protobuf.js';

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({
    number: fc.integer({ min: 1, max: 3000 }),
    wire: fc.constant(0 as const),
    value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
  }),
  fc.record({
    number: fc.integer({ min: 1, max: 3000 }),
    wire: fc.constant(2 as const),
    value: fc.uint8Array({ maxLength: 300 })
  }),
  fc.record({
    number: fc.integer({ min: 1, max: 3000 }),
    wire: fc.constant(5 as const),
    value: fc.uint8Array({ minLength: 4, maxLength: 4 })
  })
);

/** x → Neg → y, and a constant. */
function smallModel(): Uint8Array {
  const value = (name: string): Uint8Array => encodeValueInfo(tensor(name, ElementType.FLOAT, [null, 1]));
  const graph = encodeFields([
    messageField(1, [textField(1, 'x'), textField(2, 'y'), textField(4, 'Neg')]),
    messageField(5, [intField(1, 1), intField(2, 1), textField(8, 'c'), bytesField(9, new Uint8Array(4))]),
    bytesField(11, value('x')),
    bytesField(12, value('y'))
  ]);
  return encodeFields([
    intField(1, 8),
    textField(2, 'a test'),
    messageField(8, [textField(1, ''), intField(2, 17)]),
    bytesField(7, graph)
  ]);
}

describe('the bytes of a model', () => {
  it('are read back unchanged, whatever they mean', () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 20 }), fields => {
        expect(decodeFields(encodeFields(fields))).toEqual(fields);
      })
    );
  });

  it('are refused with an explanation when they are damaged, and never break the import', () => {
    const good = smallModel();
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: good.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        (at, byte, cut) => {
          const bad = Uint8Array.from(good);
          bad[at] = byte;
          try {
            const draft = ModelDraft.parse(cut ? bad.slice(0, at) : bad);
            draft.operators();
            if ([...draft.inputs, ...draft.outputs].every(({ type }) => type.kind === 'tensor')) {
              draft.finish();
            }
          } catch (error) {
            expect(error instanceof OnnxImportError || error instanceof WireFormatError, String(error)).toBe(true);
          }
        }
      ),
      { numRuns: 500 }
    );
  });
});

describe('a model that is changed at its ends', () => {
  it('keeps what it says of itself, and has its names freed everywhere', () => {
    const draft = ModelDraft.parse(smallModel());
    expect([draft.irVersion, draft.producer, draft.opsets.get('')]).toEqual([8, 'a test', 17]);
    draft.freeNames(new Set(['x', 'c', 'no such name']));
    const again = ModelDraft.parse(draft.finish());
    expect(again.producer).toBe('a test');
    expect(again.inputs.map(input => input.name)).not.toContain('x');
    expect(again.nodes[0]!.inputs).toEqual([again.inputs[0]!.name]);
    expect(again.outputs.map(output => output.name)).toEqual(['y']);
  });

  it('reads shapes with open, named, zero and negative dimensions', () => {
    const shape = messageField(2, [
      messageField(1, [textField(2, 'batch')]),
      messageField(1, [intField(1, -1)]),
      messageField(1, [intField(1, 0)]),
      messageField(1, [intField(1, 5)])
    ]);
    const info = encodeFields([textField(1, 'v'), messageField(2, [messageField(1, [intField(1, 11), shape])])]);
    expect(readValueInfo(info)).toEqual(tensor('v', ElementType.DOUBLE, [null, null, null, 5]));
  });
});
