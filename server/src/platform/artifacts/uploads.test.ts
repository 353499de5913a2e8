import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidRequestError, InvalidStateError, NotFoundError } from '../errors.js';
import { openTestStore, type TestStore } from '../../../testing/test-store.js';
import { KeptBlobs } from './kept-blobs.js';
import { LocalBlobStore } from './local-blob-store.js';
import { Uploads, type ReceivedPart } from './uploads.js';

const PLACE = '0/run/artifacts/model.bin';

let test: TestStore;
let uploads: Uploads;
beforeEach(async () => {
  test = await openTestStore();
  uploads = new Uploads(
    test.store,
    new KeptBlobs(test.store, await LocalBlobStore.open(path.join(test.folder, 'blobs'))),
    'a secret of these tests'
  );
});
afterEach(() => test.remove());

const bytes = (text: string): Readable => Readable.from([Buffer.from(text)]);

async function whole(id: string, parts: readonly ReceivedPart[]): Promise<string> {
  return (await buffer(Readable.from(await uploads.content(id, PLACE, parts)))).toString();
}

describe('an upload in parts', () => {
  it('gives the parts by their numbers, in whatever order they came', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ maxLength: 20 }), { minLength: 1, maxLength: 6 }), async texts => {
        const id = await uploads.begin(PLACE);
        const parts: ReceivedPart[] = [];
        for (const [index, text] of [...texts.entries()].reverse()) {
          parts.push(await uploads.receive(id, index + 1, bytes(text)));
        }
        expect(await whole(id, parts)).toBe(Buffer.from(texts.join('')).toString());
      }),
      { numRuns: 15 }
    );
  });

  it('takes the last one of two parts with one number', async () => {
    const id = await uploads.begin(PLACE);
    const first = await uploads.receive(id, 1, bytes('wrong'));
    const second = await uploads.receive(id, 1, bytes('right'));
    expect(await whole(id, [second])).toBe('right');
    await expect(uploads.content(id, PLACE, [first])).rejects.toThrow(InvalidStateError);
  });

  it('is refused with a part that has not arrived, and without any', async () => {
    const id = await uploads.begin(PLACE);
    const part = await uploads.receive(id, 1, bytes('one'));
    await expect(uploads.content(id, PLACE, [part, { number: 2, sha256: part.sha256 }])).rejects.toThrow('Part 2');
    await expect(uploads.content(id, PLACE, [])).rejects.toThrow('has no parts');
  });

  it('cannot be completed at another place than it was begun for', async () => {
    const id = await uploads.begin(PLACE);
    const part = await uploads.receive(id, 1, bytes('one'));
    await expect(uploads.content(id, '0/other/artifacts/model.bin', [part])).rejects.toThrow(NotFoundError);
  });

  it('numbers its parts from 1 to 10 000', async () => {
    const id = await uploads.begin(PLACE);
    for (const number of [0, -1, 1.5, NaN, 10_001]) {
      await expect(uploads.receive(id, number, bytes('x'))).rejects.toThrow(InvalidRequestError);
    }
  });

  it('is gone when it is finished', async () => {
    const id = await uploads.begin(PLACE);
    await uploads.finish(id);
    await expect(uploads.receive(id, 1, bytes('late'))).rejects.toThrow(NotFoundError);
  });
});
