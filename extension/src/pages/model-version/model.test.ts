import type { Provenance } from '@slipway/contract';
import { describe, expect, it } from 'vitest';
import { SlipwayClient } from '@slipway/client';
import { FakeConnection } from '../../../testing/fake-connection.js';
import { FakeServer } from '../../../../packages/client/testing/fake-server.js';
import { sampleSignature, sampleVersion } from '../../../../packages/client/testing/samples.js';
import { ModelVersionPageModel, type ModelVersionPageData } from './model.js';

const DIGEST = 'd'.repeat(64);
const SHA256 = 'a'.repeat(64);
const PROVENANCE: Provenance = {
  file: 'churn.onnx',
  sha256: SHA256,
  size: 1234,
  producer: 'skl2onnx',
  producer_version: '1.20.0',
  domain: 'ai.onnx',
  model_version: 0,
  documentation: '',
  ir_version: 10,
  opsets: { 'ai.onnx': 18 },
  metadata: {},
  licence: 'Apache-2.0',
  source: null,
  edits: [],
  vectors: 'generated'
};

async function shown(trainingFrame: ReturnType<typeof sampleSignature>['training_frame']): Promise<{
  readonly data: ModelVersionPageData;
  readonly requests: readonly string[];
}> {
  const signature = { ...sampleSignature(), training_frame: trainingFrame };
  const server = new FakeServer({
    'GET /api/v1/models/churn/versions/1': () =>
      sampleVersion({ name: 'churn', version: 1, bundle_digest: DIGEST, run_id: null, signature }),
    [`GET /api/v1/bundles/${DIGEST}`]: () => ({
      digest: DIGEST,
      files: [{ path: 'provenance.json', sha256: SHA256, size: 400 }]
    }),
    [`GET /api/v1/blobs/${SHA256}`]: () => PROVENANCE
  });
  const model = new ModelVersionPageModel('churn', 1, new SlipwayClient(server.transport), new FakeConnection());
  model.active = true;
  await expect.poll(() => model.snapshot.data).not.toBeNull();
  const { data } = model.snapshot;
  model.dispose();
  return { data: data!, requests: server.requests };
}

describe('the page of a model version', () => {
  it('knows from which file an imported one came', async () => {
    expect((await shown(null)).data.provenance).toEqual(PROVENANCE);
  });

  it('asks nothing more of one that was trained here', async () => {
    const { data, requests } = await shown(sampleSignature().training_frame);
    expect(data.provenance).toBeNull();
    expect(requests.filter(request => request.includes('/bundles/'))).toEqual([]);
  });
});
