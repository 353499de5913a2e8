import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { ModelSignature } from '@slipway/contract';
import type { DecodedRows, Outputs } from '@slipway/tensor-inputs';
import { GraphSession } from './graph-session.js';
import { messageOf } from '@slipway/wording';

/** What a worker is started with. */
export interface OnnxWorkerData {
  readonly model: string;
  readonly signature: ModelSignature;
}

export interface OnnxJob {
  readonly id: number;
  readonly rows: DecodedRows;
}

export type OnnxReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'done'; readonly id: number; readonly outputs: Outputs }
  | { readonly kind: 'error'; readonly id: number; readonly message: string };

const { model, signature } = workerData as OnnxWorkerData;
const port = parentPort!;
const reply = (message: OnnxReply): void => port.postMessage(message);

// A session blocks the thread that calls it, which is why this is a thread of its own.
readFile(model)
  .then(bytes => GraphSession.load(bytes, signature))
  .then(
    session => {
      port.on('message', (job: OnnxJob) => {
        session.answer(job.rows).then(
          outputs => reply({ kind: 'done', id: job.id, outputs }),
          (error: unknown) => reply({ kind: 'error', id: job.id, message: messageOf(error) })
        );
      });
      reply({ kind: 'ready' });
    },
    (error: unknown) => reply({ kind: 'failed', message: messageOf(error) })
  );
