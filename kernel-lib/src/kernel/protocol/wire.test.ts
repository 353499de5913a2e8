import { expect, it } from 'vitest';
import { decode, encode, messageFor, WireError, type Message } from './wire.js';

const request: Message = {
  identities: [Buffer.from('client')],
  header: { msg_id: '1', msg_type: 'kernel_info_request', session: 's', username: 'u', date: '', version: '5.3' },
  parent: {},
  metadata: { cellId: 'c' },
  content: { code: 'ü' }
};
const frames = (key: string): Buffer[] => encode(request, key).map(frame => Buffer.from(frame));

it('a message is read as it was written', () => {
  expect(decode(frames('key'), 'key')).toEqual(request);
});

it('a reply goes to the sender and names its request', () => {
  const reply = messageFor(request, 'kernel_info_reply', { status: 'ok' });
  expect(reply.identities).toEqual(request.identities);
  expect(reply.parent).toEqual(request.header);
  expect(reply.header).toMatchObject({ msg_type: 'kernel_info_reply', session: 's' });
});

it.each([
  ['signed with another key', frames('other')],
  ['without a delimiter', [Buffer.from('x')]],
  ['with too few parts', frames('key').slice(0, 4)],
  ['changed on its way', frames('key').map((frame, i, all) => (i === all.length - 1 ? Buffer.from('{}') : frame))]
])('a message %s is refused', (_, received) => {
  expect(() => decode(received, 'key')).toThrow(WireError);
});
