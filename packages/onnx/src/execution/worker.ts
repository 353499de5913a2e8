import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelSignature, TensorType } from '@slipway/contract';
import { refuseExternalData } from './containment.js';
import { namedValues, type DecodedRows, type OutputValues } from '@slipway/tensor-inputs';
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
  | { readonly kind: 'done'; readonly id: number; readonly outputs: Record<string, OutputValues> }
  | { readonly kind: 'error'; readonly id: number; readonly message: string };

const ELEMENT: Record<TensorType, Tensor.Type> = {
  FP32: 'float32',
  FP64: 'float64',
  INT32: 'int32',
  INT64: 'int64',
  BOOL: 'bool',
  BYTES: 'string'
};

const { model, signature } = workerData as OnnxWorkerData;
const port = parentPort!;
const reply = (message: OnnxReply): void => port.postMessage(message);

// session.run blocks the thread that calls it, which is why this is a thread of its own. One intra-op thread is the
// faster setting for the small models of a notebook.
async function load(): Promise<InferenceSession> {
  refuseExternalData(await readFile(model));
  return InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3
  });
}

load().then(
  session => {
    port.on('message', (job: OnnxJob) => {
      answer(session, job).then(
        outputs => reply({ kind: 'done', id: job.id, outputs }),
        (error: unknown) => reply({ kind: 'error', id: job.id, message: messageOf(error) })
      );
    });
    reply({ kind: 'ready' });
  },
  (error: unknown) => reply({ kind: 'failed', message: messageOf(error) })
);

async function answer(session: InferenceSession, job: OnnxJob): Promise<Record<string, OutputValues>> {
  const feeds = namedValues<Tensor>();
  for (const input of signature.inputs) {
    const values = job.rows.inputs[input.name]!;
    feeds[input.name] = new Tensor(ELEMENT[input.datatype], values as Tensor.DataTypeMap[Tensor.Type], [
      job.rows.rows,
      ...input.shape.slice(1)
    ]);
  }
  const results = await session.run(feeds);
  const outputs = namedValues<OutputValues>();
  for (const { name } of signature.outputs) {
    const tensor = results[name];
    if (!tensor) {
      throw new Error(`The graph has no output "${name}".`);
    }
    outputs[name] = { width: tensor.size / job.rows.rows, data: tensor.data as OutputValues['data'] };
  }
  return outputs;
}
