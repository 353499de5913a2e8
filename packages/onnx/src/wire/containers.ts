import { OnnxImportError } from '../import/errors.js';
import { Attributes, type GraphNode } from './graph-nodes.js';
import type { ModelDraft } from '../import/model-draft.js';
import type { ImportOptions } from '../import/options.js';
import { ElementType, tensor, type ValueInfo } from './value-info.js';

/** Classes as the file names them: strings, or the integers that represent them. */
export type FileLabels =
  | { readonly kind: 'texts'; readonly values: readonly string[] }
  | { readonly kind: 'numbers'; readonly values: readonly number[] };

export interface OpenedOutputs {
  /** What was done, in words. */
  readonly edits: string[];
  /** Classes that a ZipMap named. */
  readonly labels: FileLabels | null;
}

/**
 * Converts outputs that are not tensors: the maps of a ZipMap become the probabilities they were made of, an element of
 * a sequence is taken out, and numbers of half precision become float32. Others are left out.
 *
 * @throws OnnxImportError ONNX_UNSUPPORTED when no output is left.
 */
export function openOutputs(draft: ModelDraft, options: ImportOptions): OpenedOutputs {
  const edits: string[] = [];
  let labels: FileLabels | null = null;
  const outputs: ValueInfo[] = [];
  for (const output of draft.outputs) {
    const { name, type } = output;
    if (type.kind === 'tensor') {
      outputs.push(isHalf(type.element) ? widened(draft, output, edits) : output);
      continue;
    }
    const producer = draft.producerOf(name);
    if (producer?.operator === 'ZipMap') {
      labels ??= labelsIn(new Attributes(producer), ['classlabels_strings'], ['classlabels_int64s']);
      edits.push(`The ZipMap of ${name} was removed: its probabilities are numbers in the order of the classes.`);
      outputs.push(unzipped(draft, name, producer));
      continue;
    }
    const taken =
      type.kind === 'sequence' && type.of.kind === 'tensor'
        ? elementsOf(draft, name, type.of.element, producer, options)
        : [];
    if (taken.length === 0) {
      edits.push(`The output ${name} is a ${type.kind}, and is not served.`);
    } else {
      edits.push(
        `Of the sequence ${name}, ${taken.map(value => value.name).join(' and ')} ${taken.length === 1 ? 'is' : 'are'} taken.`
      );
    }
    outputs.push(...taken);
  }
  if (outputs.length === 0) {
    const what = draft.outputs.map(({ name, type }) => `${name} (${type.kind})`).join(', ');
    throw new OnnxImportError('ONNX_UNSUPPORTED', `No output of the model is a tensor: ${what}.`, {
      remedy: 'Export it without ZipMap and with tensors as outputs.',
      questions: [{ option: 'outputs', example: { value: `${draft.outputs[0]!.name}[0]` } }]
    });
  }
  draft.outputs = outputs;
  return { edits, labels };
}

/** Labels in the attributes of a node. */
export function labelsIn(
  attributes: Attributes,
  texts: readonly string[],
  numbers: readonly string[]
): FileLabels | null {
  for (const name of texts) {
    const values = attributes.texts(name);
    if (values.length > 0) {
      return { kind: 'texts', values };
    }
  }
  for (const name of numbers) {
    const values = attributes.ints(name);
    if (values.length > 0) {
      return { kind: 'numbers', values };
    }
  }
  return null;
}

function isHalf(element: number): boolean {
  return element === ElementType.FLOAT16 || element === ElementType.BFLOAT16;
}

/** The output keeps its name; what made it gets another one. */
function widened(draft: ModelDraft, { name, type }: ValueInfo, edits: string[]): ValueInfo {
  const inner = hiddenName(draft, name);
  draft.nodes.push(draft.node('Cast', [inner], name, { to: ElementType.FLOAT }));
  edits.push(`The output ${name} is given as float32.`);
  return tensor(name, ElementType.FLOAT, type.kind === 'tensor' ? type.shape : null);
}

function unzipped(draft: ModelDraft, name: string, zipMap: GraphNode): ValueInfo {
  draft.nodes = draft.nodes.filter(node => node !== zipMap);
  draft.nodes.push(draft.node('Identity', [zipMap.inputs[0]!], name));
  return tensor(name, ElementType.FLOAT, null);
}

function elementsOf(
  draft: ModelDraft,
  name: string,
  element: number,
  producer: GraphNode | undefined,
  { outputs }: ImportOptions
): ValueInfo[] {
  const asked = Object.values(outputs ?? {}).flatMap(said => {
    const match = /^(.*)\[(\d+)\]$/.exec(said);
    return match?.[1] === name ? [Number(match[2])] : [];
  });
  const only = producer?.operator === 'SequenceConstruct' && producer.inputs.length === 1 ? [0] : [];
  return [...new Set(asked.length > 0 ? asked : only)].map(place => {
    const index = draft.freshName('place');
    const taken = `${name}[${place}]`;
    draft.nodes.push(draft.constant(index, [place], [], 'int64'), draft.node('SequenceAt', [name, index], taken));
    return tensor(taken, element, null);
  });
}

/** Frees the name of an output for a value made of it. @returns what the value is called now. */
function hiddenName(draft: ModelDraft, name: string): string {
  const place = draft.outputs.findIndex(output => output.name === name);
  draft.freeNames(new Set([name]));
  return draft.outputs[place]!.name;
}
