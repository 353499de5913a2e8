import type { CellOutput } from '@slipway/contract';
import { describe, expect, it } from 'vitest';
import { SlipwayClient } from '@slipway/client';
import { FakeServer, jsonResponse } from '../../../../packages/client/testing/fake-server.js';
import { sampleCell } from '../../../../packages/client/testing/samples.js';
import { OutputReader } from './reader.js';

const HASH = 'a'.repeat(64);
const cell = sampleCell();

function readerOf(output: CellOutput, blob: Uint8Array): OutputReader {
  const recorded = { execution_id: cell.execution_id, digest: HASH, left_out: 0, outputs: [output] };
  const server = new FakeServer({
    [`GET /api/v1/sessions/${cell.session_id}/cells/${cell.execution_id}/outputs`]: () => jsonResponse(recorded),
    [`GET /api/v1/blobs/${HASH}`]: () => new Response(new Uint8Array(blob))
  });
  return new OutputReader(new SlipwayClient(server.transport));
}

function shown(type: string): CellOutput {
  return {
    output_type: 'display_data',
    data: { 'text/plain': 'small' },
    metadata: {},
    blobs: { [type]: { sha256: HASH, size: 1 } }
  };
}

describe('what a cell has shown', () => {
  it('has its large images in their place, as base64', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_unused, index) => index % 256);
    const [output] = await readerOf(shown('image/png'), bytes).read(cell, new AbortController().signal);
    const data = output?.['data'] as Record<string, string>;
    expect(data['text/plain']).toBe('small');
    expect(Uint8Array.from(atob(data['image/png'] ?? ''), letter => letter.charCodeAt(0))).toEqual(bytes);
    expect(output).not.toHaveProperty('blobs');
  });

  it('has large charts as JSON, and large texts as text', async () => {
    const spec = { mark: 'bar', title: 'größer' };
    const bytes = new TextEncoder().encode(JSON.stringify(spec));
    for (const [type, expected] of [
      ['application/vnd.vegalite.v5+json', spec],
      ['text/html', JSON.stringify(spec)]
    ] as const) {
      const [output] = await readerOf(shown(type), bytes).read(cell, new AbortController().signal);
      expect(output?.['data']).toMatchObject({ [type]: expected });
    }
  });
});
