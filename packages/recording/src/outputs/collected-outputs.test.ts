import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_KNOWN_SECRETS } from '../secrets.js';
import { CollectedOutputs, type OutputMessage } from './collected-outputs.js';

const LIMIT = 100_000;

function collected(...messages: readonly OutputMessage[]): CollectedOutputs {
  const outputs = new CollectedOutputs('execution-1', LIMIT, () => NO_KNOWN_SECRETS);
  for (const message of messages) {
    outputs.see(message);
  }
  return outputs;
}

const print = (text: string, name: 'stdout' | 'stderr' = 'stdout'): OutputMessage => ({ type: 'stream', name, text });
const show = (data: Record<string, unknown>, displayId: string | null = null): OutputMessage => ({
  ...{ type: 'display_data', displayId, data, metadata: {} }
});

describe('the outputs of an execution', () => {
  it('are those of a notebook file: streams joined, displays, result and error in their order', () => {
    const outputs = collected(
      print('a'),
      print('b\n'),
      print('careful', 'stderr'),
      show({ 'text/html': '<b>x</b>', 'text/plain': 'x' }),
      { type: 'execute_result', executionCount: 3, data: { 'text/plain': '42' }, metadata: {} },
      { type: 'error', ename: 'TypeError', evalue: 'no', traceback: ['TypeError: no'] }
    );
    expect(outputs.report()).toEqual({
      execution_id: 'execution-1',
      revision: 6,
      left_out: 0,
      outputs: [
        { output_type: 'stream', name: 'stdout', text: 'ab\n' },
        { output_type: 'stream', name: 'stderr', text: 'careful' },
        { output_type: 'display_data', data: { 'text/html': '<b>x</b>', 'text/plain': 'x' }, metadata: {} },
        { output_type: 'execute_result', execution_count: 3, data: { 'text/plain': '42' }, metadata: {} },
        { output_type: 'error', ename: 'TypeError', evalue: 'no', traceback: ['TypeError: no'] }
      ]
    });
  });

  it('are the newest state of a display that was updated, in its old place', () => {
    const outputs = collected(show({ 'text/plain': '10 %' }, 'bar'), print('on the way\n'));
    expect(outputs.update('bar', { data: { 'text/plain': 'done' }, metadata: {} })).toBe(true);
    expect(outputs.update('other', { data: {}, metadata: {} })).toBe(false);
    expect(outputs.report().outputs[0]).toMatchObject({ data: { 'text/plain': 'done' } });
  });

  it('begin anew when they are cleared: at once, or with the next output', () => {
    expect(collected(print('old'), { type: 'clear_output', wait: false }).report().outputs).toEqual([]);
    const waiting = collected(print('old'), { type: 'clear_output', wait: true });
    expect(waiting.report().outputs).toHaveLength(1);
    waiting.see(print('new'));
    expect(waiting.report().outputs).toEqual([{ output_type: 'stream', name: 'stdout', text: 'new' }]);
  });

  it('have no secrets, in streams, contents, metadata and errors', () => {
    const secret = `ghp_${'aB3dE5gH7j'.repeat(3)}`;
    const outputs = collected(
      print(secret.slice(0, 9)),
      print(secret.slice(9)),
      show({ 'text/plain': secret, 'application/json': { deep: [secret] } }),
      { type: 'error', ename: 'Error', evalue: secret, traceback: [secret] }
    );
    expect(JSON.stringify(outputs.report())).not.toContain('aB3dE5gH7j');
  });

  it('lose a content that is too large, and keep its smaller forms', () => {
    const { outputs, left_out } = collected(
      show({ 'image/png': 'A'.repeat(LIMIT), 'text/plain': 'an image' })
    ).report();
    expect(outputs).toEqual([{ output_type: 'display_data', data: { 'text/plain': 'an image' }, metadata: {} }]);
    expect(left_out).toBe(LIMIT);
  });

  it('are the first and the last of very many', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => show({ 'text/plain': `output ${i}` }));
    const { outputs } = collected(...many).report();
    expect(outputs).toHaveLength(501);
    expect(outputs[400]).toMatchObject({ output_type: 'stream', text: '\n… 9500 outputs left out …\n' });
    expect(outputs.at(-1)).toMatchObject({ data: { 'text/plain': 'output 9999' } });
  });

  it('never take more than their limit, whatever comes', () => {
    const message = fc.oneof(
      fc
        .tuple(fc.constantFrom('stdout', 'stderr'), fc.nat({ max: 200_000 }))
        .map(([name, n]) => print('.'.repeat(n), name as 'stdout')),
      fc
        .tuple(fc.nat({ max: 90_000 }), fc.constantFrom('a', 'b', null))
        .map(([n, id]) => show({ 'text/html': 'x'.repeat(n), 'text/plain': 'x' }, id)),
      fc.boolean().map((wait): OutputMessage => ({ type: 'clear_output', wait }))
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), fc.nat({ max: 90_000 }), (messages, n) => {
        const outputs = collected(...messages);
        outputs.update('a', { data: { 'text/html': 'y'.repeat(n) }, metadata: {} });
        expect(outputs.size).toBeLessThanOrEqual(LIMIT);
        expect(JSON.stringify(outputs.report().outputs).length).toBeLessThanOrEqual(LIMIT + 150 * messages.length);
      })
    );
  });
});
