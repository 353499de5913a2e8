import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStreamParser, type StreamMessage } from './event-stream.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): StreamMessage[] => new EventStreamParser().push(encode(text));

describe('the parser of event streams', () => {
  it('gives a message at the empty line', () => {
    expect(parse('id: 7\nevent: change\ndata: {"a":1}\n\n')).toEqual([{ id: '7', event: 'change', data: '{"a":1}' }]);
  });

  it('calls an unnamed event "message" and keeps the last id', () => {
    expect(parse('id: 7\ndata: one\n\ndata: two\n\n')).toEqual([
      { id: '7', event: 'message', data: 'one' },
      { id: '7', event: 'message', data: 'two' }
    ]);
  });

  it('joins the data lines of one message', () => {
    expect(parse('data: one\ndata\ndata:  three\n\n')).toEqual([{ id: null, event: 'message', data: 'one\n\n three' }]);
  });

  it('leaves out comments, unknown fields and messages without data', () => {
    expect(parse(': alive\n\nretry: 2000\n\nevent: empty\n\n')).toEqual([]);
  });

  it('does not take an id with a null character', () => {
    expect(parse('id: a\0b\ndata: x\n\n')).toEqual([{ id: null, event: 'message', data: 'x' }]);
  });

  it('keeps an unfinished message for the next bytes', () => {
    const parser = new EventStreamParser();
    expect(parser.push(encode('data: fir'))).toEqual([]);
    expect(parser.push(encode('st\n'))).toEqual([]);
    expect(parser.push(encode('\n'))).toEqual([{ id: null, event: 'message', data: 'first' }]);
  });

  it('gives the same messages wherever the bytes are cut and however lines end', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map(line => line.replace(/[\r\n\0]/g, ' '));
    const message = fc.record({ id: fc.nat(), data: fc.array(text, { minLength: 1, maxLength: 3 }) });
    const ending = fc.constantFrom('\n', '\r', '\r\n');
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), ending, sizes, (messages, end, cuts) => {
        const whole = messages
          .map(({ id, data }) => [`id: ${id}`, ...data.map(line => `data: ${line}`), '', ''].join(end))
          .join('');
        const bytes = encode(whole);
        const parser = new EventStreamParser();
        const found: StreamMessage[] = [];
        let cut = 0;
        for (let start = 0; start < bytes.length;) {
          const size = cuts[cut % cuts.length] ?? 1;
          cut += 1;
          found.push(...parser.push(bytes.subarray(start, start + size)));
          start += size;
        }
        expect(found).toEqual(
          messages.map(({ id, data }) => ({ id: String(id), event: 'message', data: data.join('\n') }))
        );
      })
    );
  });
});
