import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelSignature, TensorType } from '@slipway/contract';
import { namedValues, type DecodedRows, type Outputs, type OutputValues } from '@slipway/tensor-inputs';
import { refuseExternalData } from './containment.js';

const ELEMENT: Record<TensorType, Tensor.Type> = {
  FP32: 'float32',
  FP64: 'float64',
  INT32: 'int32',
  INT64: 'int64',
  BOOL: 'bool',
  BYTES: 'string'
};

/** The graph of a bundle in this thread, which is blocked while it answers. */
export class GraphSession {
  readonly #signature: ModelSignature;
  readonly #session: InferenceSession;
  readonly #makeTensor: typeof Tensor;

  private constructor(signature: ModelSignature, session: InferenceSession, makeTensor: typeof Tensor) {
    this.#signature = signature;
    this.#session = session;
    this.#makeTensor = makeTensor;
  }

  /** @throws Error for a graph that the runtime cannot load, or that reads other files. */
  static async load(onnx: Uint8Array, signature: ModelSignature): Promise<GraphSession> {
    refuseExternalData(onnx);
    const runtime = await import('onnxruntime-node');
    // One intra-op thread is the faster setting for the small models of a notebook.
    const session = await runtime.InferenceSession.create(onnx, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3
    });
    return new GraphSession(signature, session, runtime.Tensor);
  }

  /** @throws Error with the runtime's words when the graph fails on these rows. */
  async answer({ rows, inputs }: DecodedRows): Promise<Outputs> {
    const feeds = namedValues<Tensor>();
    for (const input of this.#signature.inputs) {
      const values = inputs[input.name]!;
      feeds[input.name] = new this.#makeTensor(ELEMENT[input.datatype], values as Tensor.DataTypeMap[Tensor.Type], [
        rows,
        ...input.shape.slice(1)
      ]);
    }
    const results = await this.#session.run(feeds);
    const outputs = namedValues<OutputValues>();
    for (const { name } of this.#signature.outputs) {
      const tensor = results[name];
      if (!tensor) {
        throw new Error(`The graph has no output "${name}".`);
      }
      outputs[name] = { width: tensor.size / rows, data: tensor.data as OutputValues['data'] };
    }
    return outputs;
  }
}
