import { createHmac } from 'node:crypto';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { publicLookup, refusePrivateLiteral, type TargetPolicy } from './target.js';

const TIMEOUT_MS = 30_000;
const MOST_RESPONSE_BYTES = 64 * 1024;

/** One attempt to tell a receiver something. */
export interface Delivery {
  readonly id: string;
  readonly url: string;
  readonly secret: string | null;
  /** JSON. */
  readonly body: string;
}

export interface DeliveryAnswer {
  readonly status: number;
  /** Cut after 64 kB. */
  readonly body: string;
  /** Of a receiver that asks to be left alone for a while; null: it does not. */
  readonly retryAfterS: number | null;
}

/**
 * Sends a delivery once, signed as MLflow does it: `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`. Redirects are not
 * followed, and the address is checked on the connection itself.
 *
 * @throws Error when there was no answer.
 */
export async function deliver(
  delivery: Delivery,
  policy: TargetPolicy,
  signal: AbortSignal,
  now = Date.now()
): Promise<DeliveryAnswer> {
  const url = new URL(delivery.url);
  const timestamp = String(Math.floor(now / 1000));
  const options: RequestOptions = {
    method: 'POST',
    agent: false,
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(delivery.body),
      'user-agent': 'Slipway',
      'x-mlflow-delivery-id': delivery.id,
      'x-mlflow-timestamp': timestamp,
      ...(delivery.secret === null ? {} : { 'x-mlflow-signature': sign(delivery.secret, delivery, timestamp) })
    }
  };
  if (policy === 'public') {
    refusePrivateLiteral(url);
    options.lookup = publicLookup;
  }
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    send(url, options, resolve).once('error', reject).end(delivery.body);
  });
  const retryAfter = Number(response.headers['retry-after'] ?? NaN);
  return {
    status: response.statusCode ?? 0,
    body: await beginningOf(response),
    retryAfterS: Number.isFinite(retryAfter) ? Math.max(0, retryAfter) : null
  };
}

function sign(secret: string, { id, body }: Delivery, timestamp: string): string {
  return `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MOST_RESPONSE_BYTES) {
      response.destroy();
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, MOST_RESPONSE_BYTES).toString('utf8');
}
