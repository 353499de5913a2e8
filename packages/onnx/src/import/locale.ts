import { ATTRIBUTE, NODE, type GraphNode } from '../wire/graph-nodes.js';
import type { ModelDraft } from './model-draft.js';
import { decodeFields, intField, messageField, textField, textOf } from '../wire/wire.js';

const ATTRIBUTE_TEXT = 3;
/** Part of every glibc; its letters are those of Unicode, as are those of en_US.UTF-8, which small machines lack. */
const NEUTRAL = 'C.UTF-8';

/** Lets text be brought to lower case by the rules of Unicode, where the file names a language that the machine may lack. */
export function useNeutralLocale(draft: ModelDraft): string {
  draft.nodes = draft.nodes.map(node => (node.operator === 'StringNormalizer' ? withLocale(node) : node));
  return `Text is lowercased by the rules of ${NEUTRAL}, because this machine lacks the locale that the file names.`;
}

function withLocale(node: GraphNode): GraphNode {
  const others = node.fields.filter(
    ({ number, value }) =>
      number !== NODE.attributes ||
      !(value instanceof Uint8Array) ||
      textOf(decodeFields(value), ATTRIBUTE.name) !== 'locale'
  );
  const locale = messageField(NODE.attributes, [
    textField(ATTRIBUTE.name, 'locale'),
    textField(ATTRIBUTE.s, NEUTRAL),
    intField(ATTRIBUTE.type, ATTRIBUTE_TEXT)
  ]);
  return { ...node, fields: [...others, locale] };
}
