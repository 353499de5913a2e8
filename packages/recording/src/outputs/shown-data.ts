import { BINARY_MIME_TYPE } from '@slipway/contract/outputs';
import { maskDeep, type KnownSecrets } from '../secrets.js';

/** Contents by MIME type, with what says how to show them. */
export interface ShownData {
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
}

/** What refers to objects of a kernel that will be gone means nothing in a record. */
const NOT_RECORDED = /^application\/vnd\.jupyter\.widget-/;

/** What of a display goes on record when there is room for `room` characters: the smaller contents first. */
export function fitData(
  shown: ShownData,
  room: number,
  known: () => KnownSecrets
): { kept: ShownData; size: number; leftOut: number } {
  const sizes = Object.entries(shown.data).map(([type, content]) => ({ type, content, size: sizeOf(content) }));
  const fitting = new Set<string>();
  let size = 0;
  let leftOut = 0;
  for (const part of sizes.toSorted((a, b) => a.size - b.size)) {
    if (NOT_RECORDED.test(part.type)) {
      continue;
    }
    if (size + part.size > room) {
      leftOut += part.size;
    } else {
      size += part.size;
      fitting.add(part.type);
    }
  }
  const data: Record<string, unknown> = {};
  // In the order in which they were given: it is the notebook's.
  for (const { type, content } of sizes) {
    if (fitting.has(type)) {
      data[type] = BINARY_MIME_TYPE.test(type) ? content : maskDeep(content, known);
    }
  }
  return { kept: { data, metadata: maskDeep(shown.metadata, known) }, size, leftOut };
}

/** Characters of a content as a notebook file would hold it. */
function sizeOf(content: unknown): number {
  if (typeof content === 'string') {
    return content.length;
  }
  return (JSON.stringify(content) ?? '').length;
}
