import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { OnnxImportError } from './errors.js';
import { ModelDraft } from './model-draft.js';
import { ElementType } from '../wire/value-info.js';
import { messageOf } from '@slipway/wording';

/** Operator sets whose operators onnxruntime brings along. */
const KNOWN_DOMAINS = new Set(['', 'ai.onnx.ml', 'com.microsoft', 'ai.onnx.training', 'ai.onnx.preview.training']);

/** Numbers or texts of a tensor, row by row. */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | readonly string[];

/** A tensor of the graph. */
export interface GraphTensor {
  readonly element: number;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Refuses operators that onnxruntime does not have. @throws OnnxImportError ONNX_UNSUPPORTED that names them all. */
export function refuseForeignOperators(draft: ModelDraft): void {
  const own = new Set(draft.functions);
  const foreign = draft
    .operators()
    .filter(({ domain, operator }) => !KNOWN_DOMAINS.has(domain) && !own.has(`${domain}:${operator}`))
    .map(({ domain, operator }) => `${operator} of "${domain}"`);
  if (foreign.length === 0) {
    return;
  }
  throw new OnnxImportError(
    'ONNX_UNSUPPORTED',
    `The graph needs ${foreign.length === 1 ? 'an operator' : 'operators'} that only a custom library provides: ${foreign.join(', ')}.`,
    { remedy: 'Export the model without custom operators. Nothing was written.' }
  );
}

/** A graph that can be asked, in this process. */
export class LoadedGraph {
  private constructor(
    private readonly session: InferenceSession,
    private readonly makeTensor: typeof Tensor
  ) {}

  /** @throws OnnxImportError ONNX_UNSUPPORTED with what the runtime says, in words of its own. */
  static async load(model: Uint8Array, draft: ModelDraft = ModelDraft.parse(model)): Promise<LoadedGraph> {
    const runtime = await import('onnxruntime-node');
    try {
      const session = await runtime.InferenceSession.create(model, {
        logSeverityLevel: 4,
        intraOpNumThreads: 1,
        interOpNumThreads: 1
      });
      return new LoadedGraph(session, runtime.Tensor);
    } catch (cause) {
      throw new OnnxImportError('ONNX_UNSUPPORTED', refusalOf(messageOf(cause), draft), {
        remedy:
          'Export it again with an older opset (e.g. target_opset=17), and check it with onnx.checker. Nothing was written.',
        cause
      });
    }
  }

  /** @throws Error with the runtime's words. */
  async run(feeds: Readonly<Record<string, GraphTensor>>): Promise<Record<string, GraphTensor>> {
    const tensors = Object.entries(feeds).map(([name, { element, data, shape }]) => [
      name,
      new this.makeTensor(RUNTIME_TYPE[element]!, data as Tensor.DataTypeMap[Tensor.Type], [...shape])
    ]);
    const answers = await this.session.run(Object.fromEntries(tensors) as Record<string, Tensor>);
    return Object.fromEntries(
      Object.entries(answers).map(([name, tensor]) => [
        name,
        { element: ELEMENT_OF[tensor.type] ?? 0, shape: tensor.dims, data: tensor.data as TensorData }
      ])
    );
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

const RUNTIME_TYPE: Readonly<Record<number, Tensor.Type>> = {
  [ElementType.FLOAT]: 'float32',
  [ElementType.DOUBLE]: 'float64',
  [ElementType.INT32]: 'int32',
  [ElementType.INT64]: 'int64',
  [ElementType.BOOL]: 'bool',
  [ElementType.STRING]: 'string'
};
const ELEMENT_OF: Readonly<Partial<Record<Tensor.Type, number>>> = {
  float32: ElementType.FLOAT,
  float64: ElementType.DOUBLE,
  int32: ElementType.INT32,
  int64: ElementType.INT64,
  bool: ElementType.BOOL,
  string: ElementType.STRING
};

/** The runtime's refusal, the frequent ones in plain words. */
function refusalOf(message: string, draft: ModelDraft): string {
  const opset = /Current official support for domain (\S+) is till opset (\d+)/.exec(message);
  if (opset) {
    const domain = opset[1] === 'ai.onnx' ? '' : opset[1]!;
    return `The graph uses operator set ${draft.opsets.get(domain) ?? '?'} of ${opset[1]}; services support versions up to ${opset[2]}.`;
  }
  const ir = /max supported IR version: (\d+)/.exec(message);
  if (ir) {
    return `The file has IR version ${draft.irVersion}; services read versions up to ${ir[1]}.`;
  }
  const operator = /Fatal error: (\S+?)\(-?\d+\) is not a registered function\/op/.exec(message);
  if (operator) {
    return `The graph needs the operator ${operator[1]}, which services do not have.`;
  }
  return `The runtime of the services refused the graph: ${message}`;
}
