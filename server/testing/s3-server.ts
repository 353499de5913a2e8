import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import S3rver from 's3rver';

export interface TestS3 {
  /** What the S3 client reads its server, region and credentials from. */
  readonly environment: Record<string, string>;
  readonly bucket: string;
  /** Where the bucket's objects are stored, for tests that damage one. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** A server that speaks S3's protocol over HTTP, with one empty bucket. */
export async function startTestS3(): Promise<TestS3> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-s3-'));
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'models', configs: [] }]
  });
  const { port } = (await server.run()) as AddressInfo;
  return {
    environment: {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
      AWS_REGION: 'us-east-1'
    },
    bucket: 'models',
    folder: path.join(folder, 'models'),
    stop: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  };
}
