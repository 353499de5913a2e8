import { Attributes } from '../wire/graph-nodes.js';
import type { ModelDraft } from './model-draft.js';

/** What the graph last does to an output: makes probabilities, gives numbers of any size, or something that does not tell. */
export interface GraphEnd {
  readonly kind: 'probabilities' | 'scores' | 'unknown';
  readonly operator: string;
}

/** Operators that give the same numbers in another form. */
const CARRIERS = new Set(['Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Cast', 'Dropout']);
/** Operators whose results have no bounds: the last layer of a network without an activation. */
const UNBOUNDED = new Set(['Gemm', 'MatMul', 'Conv', 'LogSoftmax']);
/** What operators of ai.onnx.ml do in the end. */
const POST_TRANSFORMS = new Set(['SOFTMAX', 'LOGISTIC']);

/** Follows an output back through what leaves its numbers as they are. */
export function endOf(draft: ModelDraft, output: string): GraphEnd {
  let value = output;
  for (;;) {
    const node = draft.producerOf(value);
    if (!node) {
      return { kind: 'unknown', operator: 'an input' };
    }
    const { operator, domain } = node;
    if (domain === '' && CARRIERS.has(operator)) {
      value = node.inputs[0]!;
    } else if (domain === '' && (operator === 'Softmax' || operator === 'Sigmoid')) {
      return { kind: 'probabilities', operator };
    } else if (domain === '' && UNBOUNDED.has(operator)) {
      return { kind: 'scores', operator };
    }
    // A bias; the sum of other values may be a mean of probabilities.
    else if (operator === 'Add' && node.inputs.some(input => draft.producerOf(input)?.operator === 'MatMul')) {
      return { kind: 'scores', operator };
    } else if (POST_TRANSFORMS.has(new Attributes(node).text('post_transform'))) {
      return { kind: 'probabilities', operator };
    } else {
      return { kind: 'unknown', operator };
    }
  }
}
