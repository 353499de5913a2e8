import { describe, expect, it } from 'vitest';
import { endOf } from './graph-end.js';
import { ModelDraft } from './model-draft.js';
import { ElementType, encodeValueInfo, tensor } from '../wire/value-info.js';
import { bytesField, encodeFields, intField, messageField, textField } from '../wire/wire.js';

/** A graph of nodes in sequence: x → a → b → …; more inputs of a node are named behind its operator. */
function chain(...nodes: readonly (readonly [operator: string, ...inputs: string[]])[]): ModelDraft {
  const info = (name: string): Uint8Array => encodeValueInfo(tensor(name, ElementType.FLOAT, [null, 3]));
  const written = nodes.map(([operator, ...others], place) =>
    messageField(1, [
      ...[`v${place}`, ...others].map(input => textField(1, input)),
      textField(2, `v${place + 1}`),
      textField(4, operator)
    ])
  );
  const graph = encodeFields([...written, bytesField(11, info('v0')), bytesField(12, info(`v${nodes.length}`))]);
  return ModelDraft.parse(
    encodeFields([intField(1, 8), messageField(8, [textField(1, ''), intField(2, 17)]), bytesField(7, graph)])
  );
}

const end = (draft: ModelDraft): string => {
  const { kind, operator } = endOf(draft, draft.outputs[0]!.name);
  return `${kind}: ${operator}`;
};

describe('the end of a graph', () => {
  it('tells probabilities where a softmax or a sigmoid is last, also behind what only changes the form', () => {
    expect(end(chain(['Gemm'], ['Softmax']))).toBe('probabilities: Softmax');
    expect(end(chain(['Gemm'], ['Sigmoid'], ['Reshape', 'shape'], ['Cast'], ['Identity']))).toBe(
      'probabilities: Sigmoid'
    );
  });

  it('tells scores where a layer without an activation is last, with its bias or without', () => {
    expect(end(chain(['Relu'], ['Gemm']))).toBe('scores: Gemm');
    expect(end(chain(['Relu'], ['MatMul', 'weights'], ['Add', 'bias'], ['Flatten']))).toBe('scores: Add');
  });

  it('does not tell where other sums or unknown operators are last', () => {
    expect(end(chain(['Softmax'], ['Add', 'others']))).toBe('unknown: Add');
    expect(end(chain(['Gemm'], ['Relu']))).toBe('unknown: Relu');
  });
});
