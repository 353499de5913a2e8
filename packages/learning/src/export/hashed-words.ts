import { murmurHash3, WORDS_EXPRESSION } from '../prep/hashed-words.js';
import { ElementType, RUNTIME_DOMAIN, type OnnxGraph } from '@slipway/onnx/graph';

/** Follows the last word of a text; no word is made of it. */
const NO_WORD = ' ';

/**
 * Writes how often the words of each bucket occur in texts [rows, 1]; returns [rows, buckets]. Words are hashed in the graph,
 * as in the notebook, so that no list of words is needed.
 */
export function addHashedWords(graph: OnnxGraph, input: string, buckets: number): string {
  const texts = graph.node('Reshape', [input, graph.int64s([-1])]);
  const lowered = graph.node('StringNormalizer', [texts], {
    case_change_action: { string: 'LOWER' },
    is_case_sensitive: { int: 1 },
    // The same on every machine: A to Z only.
    locale: { string: 'C' }
  });
  const column = graph.node('Reshape', [lowered, graph.int64s([-1, 1])]);
  const words = graph.node(
    'Tokenizer',
    [column],
    {
      mark: { int: 0 },
      mincharnum: { int: 1 },
      pad_value: { string: NO_WORD },
      tokenexp: { string: WORDS_EXPRESSION }
    },
    RUNTIME_DOMAIN
  );
  const rows = graph.node('Slice', [graph.node('Shape', [words]), graph.int64s([0]), graph.int64s([2])]);
  const one = graph.node('Concat', [rows, graph.int64s([1])], { axis: { int: 0 } });
  // Texts without any word give no column at all: one of none is put behind.
  const ended = graph.node('Concat', [words, graph.node('Expand', [graph.strings([NO_WORD]), one])], {
    axis: { int: 2 }
  });
  const hashed = graph.node('MurmurHash3', [ended], { positive: { int: 1 }, seed: { int: 0 } }, RUNTIME_DOMAIN);
  const hashes = graph.node('Squeeze', [
    graph.node('Cast', [hashed], { to: { int: ElementType.INT64 } }),
    graph.int64s([1])
  ]);
  const none = graph.node('Equal', [hashes, graph.int64s([murmurHash3(new TextEncoder().encode(NO_WORD))], [1, 1])]);
  // What is not a word is counted in a bucket of its own, which is cut off.
  const index = graph.node('Where', [
    none,
    graph.int64s([buckets], [1, 1]),
    graph.node('Mod', [hashes, graph.int64s([buckets], [1, 1])])
  ]);
  const ones = graph.node('Cast', [graph.node('Equal', [index, index])], { to: { int: ElementType.FLOAT } });
  const count = graph.node('Slice', [rows, graph.int64s([0]), graph.int64s([1])]);
  const shape = graph.node('Concat', [count, graph.int64s([buckets + 1])], { axis: { int: 0 } });
  const zeros = graph.node('Expand', [graph.floats([0], [1, 1]), shape]);
  const counts = graph.node('ScatterElements', [zeros, index, ones], {
    axis: { int: 1 },
    reduction: { string: 'add' }
  });
  return graph.node('Slice', [counts, graph.int64s([0]), graph.int64s([buckets]), graph.int64s([1])]);
}
