import { counted } from '@slipway/wording';
import type { SignatureOutput } from '@slipway/contract';
import type { FileLabels } from '../wire/containers.js';
import type { Question } from './errors.js';
import type { ModelDraft } from './model-draft.js';
import type { ImportOptions, ImportTask } from './options.js';
import { endOf } from './graph-end.js';
import type { GraphTensor } from './runtime.js';
import { formOf, notProbabilities, type ScoresForm } from './scores.js';
import { unclear, type Seen } from './seen-output.js';
import { ElementType, tensor } from '../wire/value-info.js';

/** Which outputs of the file are served, and as what. */
export interface OutputPlan {
  readonly task: ImportTask;
  readonly target: string;
  readonly labels: readonly string[] | null;
  /** `numbers` are what the file says for each class; null when it says the texts themselves. */
  readonly label: { readonly output: string; readonly numbers: readonly number[] | null } | null;
  readonly probabilities: { readonly output: string; readonly form: ScoresForm } | null;
  /** `names`: of the quantities, where there are several. */
  readonly value: { readonly output: string; readonly names: readonly string[] | null } | null;
  readonly remarks: readonly string[];
}

/**
 * Decides what the outputs mean, from their types, from what came out, and from the user's options.
 *
 * @param answers outputs of the file for `rows` rows.
 * @throws OnnxImportError IMPORT_UNCLEAR asking for what neither tells.
 */
export function planOutputs(
  draft: ModelDraft,
  answers: Readonly<Record<string, GraphTensor>>,
  rows: number,
  fileLabels: FileLabels | null,
  options: ImportOptions
): OutputPlan {
  const seen = draft.outputs.map(({ name }): Seen => {
    const answer = answers[name]!;
    return { ...answer, name, width: answer.data.length / rows, end: endOf(draft, name) };
  });
  const named = (name: string | undefined): Seen | undefined => {
    if (name === undefined) {
      return undefined;
    }
    const found = seen.find(output => output.name === name);
    if (found) {
      return found;
    }
    throw unclear(`The model has no output "${name}"; its outputs are ${listOf(seen)}.`, [outputsQuestion(seen)]);
  };
  const said = {
    label: named(options.outputs?.label),
    probabilities: named(options.outputs?.probabilities),
    value: named(options.outputs?.value)
  };
  const task = options.task ?? taskOf(seen, said, fileLabels, options);
  return task === 'regression'
    ? planValue(said.value ?? onlyOne(seen, output => isFloat(output) || isWhole(output), seen, 'value'), options)
    : planClasses(seen, said, fileLabels, options);
}

type Said = Record<'label' | 'probabilities' | 'value', Seen | undefined>;

function taskOf(seen: readonly Seen[], said: Said, fileLabels: FileLabels | null, options: ImportOptions): ImportTask {
  if (said.value || options.values) {
    return 'regression';
  }
  if (said.label || said.probabilities || options.labels || fileLabels) {
    return 'classification';
  }
  if (seen.some(output => output.element === ElementType.STRING)) {
    return 'classification';
  }
  if (seen.length > 1 && seen.some(isWhole) && seen.some(isFloat)) {
    return 'classification';
  }
  const [only, ...others] = seen;
  const { width, end } = only!;
  const labels: Question = {
    option: 'labels',
    example: Array.from({ length: Math.max(2, Math.min(width, 8)) }, () => '…')
  };
  if (others.length > 0) {
    throw unclear(`The model has the outputs ${listOf(seen)}, and the file does not say what they mean.`, [
      { option: 'task', example: 'classification' },
      labels,
      outputsQuestion(seen)
    ]);
  }
  if (end.kind === 'probabilities') {
    throw unclear(
      `The graph ends in ${end.operator}: "${only!.name}" seems to give probabilities, and the file does not name the classes ` +
        '(for quantities between 0 and 1, the task is regression).',
      [labels]
    );
  }
  if (isFloat(only!) && width === 1) {
    return 'regression';
  }
  throw unclear(
    `The model gives ${width} numbers in each row, and the file does not say what they mean: labels name the classes that they ` +
      'belong to, values name quantities.',
    [labels]
  );
}

function planValue(output: Seen, options: ImportOptions): OutputPlan {
  const names = namesOfValues(output, options);
  const target = options.target ?? output.name;
  return {
    task: 'regression',
    target,
    labels: null,
    label: null,
    probabilities: null,
    value: { output: output.name, names },
    remarks: []
  };
}

/** null: one number, which needs no name of its own. */
function namesOfValues(output: Seen, { values }: ImportOptions): readonly string[] | null {
  if (values === undefined && output.width === 1) {
    return null;
  }
  const question = valuesQuestion(output);
  const gives = `The output "${output.name}" gives ${output.width === 1 ? 'one number' : `${output.width} numbers`} in each row`;
  if (values === undefined) {
    throw unclear(`${gives}, and the file does not name them.`, [question]);
  }
  if (values.length !== output.width) {
    throw unclear(`${gives}, and ${counted(values.length, 'name was', 'names were')} given.`, [question]);
  }
  if (new Set(values).size !== values.length || values.includes('')) {
    throw unclear(`The values need different names, not ${values.join(', ')}.`, [question]);
  }
  return values.length === 1 ? null : values;
}

function planClasses(
  seen: readonly Seen[],
  said: Said,
  fileLabels: FileLabels | null,
  options: ImportOptions
): OutputPlan {
  const label =
    said.label ??
    optionalOne(seen, output => output.width === 1 && (isWhole(output) || output.element === ElementType.STRING));
  // Who names the label alone may well mean that the other outputs are not to be served.
  const floats = seen.filter(isFloat);
  const scores = said.probabilities ?? (said.label && floats.length > 1 ? undefined : optionalOne(seen, isFloat));
  if (!label && !scores) {
    throw unclear(`Which of the outputs ${listOf(seen)} is the label?`, [outputsQuestion(seen)]);
  }
  const { labels, numbers: classNumbers } = labelsOf(label, scores, fileLabels, options);
  const remarks: string[] = [];
  let probabilities: OutputPlan['probabilities'] = null;
  if (scores) {
    const form = formOf(scores, labels.length, options);
    if (form !== null) {
      probabilities = { output: scores.name, form };
    } else if (label) {
      remarks.push(`The numbers of ${scores.name} are scores, not probabilities, and are not served.`);
    } else {
      throw notProbabilities(scores, labels.length);
    }
  }
  return {
    task: 'classification',
    target: options.target ?? label?.name ?? scores!.name,
    labels,
    label: label ? { output: label.name, numbers: label.element === ElementType.STRING ? null : classNumbers } : null,
    probabilities,
    value: null,
    remarks
  };
}

function labelsOf(
  label: Seen | undefined,
  scores: Seen | undefined,
  file: FileLabels | null,
  { labels }: ImportOptions
): { labels: readonly string[]; numbers: readonly number[] } {
  const names = labels ?? (file?.kind === 'texts' ? file.values : file?.values.map(String));
  const expected = file?.values.length ?? (scores && scores.width > 1 ? scores.width : undefined);
  const example = Array.from({ length: expected ?? 2 }, () => '…');
  if (names === undefined) {
    throw unclear('The file does not name the classes.', [{ option: 'labels', example }]);
  }
  if (new Set(names).size !== names.length || names.length < 2) {
    throw unclear(`The labels must be at least two different texts, not ${names.join(', ')}.`, [
      { option: 'labels', example }
    ]);
  }
  if (expected !== undefined && names.length !== expected) {
    throw unclear(
      `The model knows ${expected} classes, and ${counted(names.length, 'label was', 'labels were')} given.`,
      [{ option: 'labels', example }]
    );
  }
  if (file?.kind === 'texts' && names.some((name, i) => name !== file.values[i])) {
    throw unclear(
      `The file names its classes itself: ${file.values.join(', ')}. Leave the labels out, or give these.`,
      [{ option: 'labels', example: file.values }]
    );
  }
  const numbers = file?.kind === 'numbers' ? file.values : names.map((_, place) => place);
  if (label && isWhole(label)) {
    const other = Array.from(label.data as ArrayLike<number | bigint>, Number).find(value => !numbers.includes(value));
    if (other !== undefined) {
      throw unclear(`The model returned the class ${other}, which has no label (${numbers.join(', ')}).`, [
        { option: 'labels', example }
      ]);
    }
  }
  return { labels: names, numbers };
}

function isFloat({ element }: GraphTensor): boolean {
  return element === ElementType.FLOAT || element === ElementType.DOUBLE;
}

function isWhole({ element }: GraphTensor): boolean {
  return element === ElementType.INT64 || element === ElementType.INT32 || element === ElementType.BOOL;
}

function onlyOne(seen: readonly Seen[], suits: (output: Seen) => boolean, all: readonly Seen[], role: string): Seen {
  const found = optionalOne(seen, suits);
  if (found) {
    return found;
  }
  throw unclear(`Which of the outputs ${listOf(all)} is the ${role}?`, [outputsQuestion(all)]);
}

/** The output that suits; none when there are several. */
function optionalOne(seen: readonly Seen[], suits: (output: Seen) => boolean): Seen | undefined {
  const found = seen.filter(suits);
  if (found.length > 1) {
    throw unclear(`Which of the outputs ${listOf(found)} is meant?`, [outputsQuestion(seen)]);
  }
  return found[0];
}

function listOf(seen: readonly Seen[]): string {
  return seen
    .map(({ name, width }) => `"${name}" (${width === 1 ? 'one value' : counted(width, 'value')} in each row)`)
    .join(', ');
}

function outputsQuestion(seen: readonly Seen[]): Question {
  const label = seen.find(output => output.width === 1)?.name;
  const others = seen.find(output => output.width > 1)?.name;
  return { option: 'outputs', example: { ...(label ? { label } : {}), ...(others ? { probabilities: others } : {}) } };
}

function valuesQuestion({ width }: Seen): Question {
  return { option: 'values', example: Array.from({ length: Math.min(width, 8) }, () => '…') };
}

/**
 * Gives the graph the outputs that services answer: `probabilities` and `label`, or `value`.
 *
 * @param taken names of the inputs, which no output may have.
 * @returns the outputs of the signature.
 */
export function writeOutputs(
  draft: ModelDraft,
  plan: OutputPlan,
  answers: Readonly<Record<string, GraphTensor>>,
  taken: ReadonlySet<string>
): SignatureOutput[] {
  const original = new Map(draft.outputs.map((output, place) => [output.name, place]));
  const free = (name: string): string => (taken.has(name) ? `predicted_${name}` : name);
  const names = { probabilities: free('probabilities'), label: free('label'), value: free('value') };
  draft.freeNames(new Set(Object.values(names)));
  const current = (name: string): string => draft.outputs[original.get(name)!]!.name;
  const writer = new OutputWriter(draft);
  const outputs: SignatureOutput[] = [];
  const infos = [];
  if (plan.value) {
    const { element } = answers[plan.value.output]!;
    const kept = element === ElementType.FLOAT ? ElementType.FLOAT : ElementType.DOUBLE;
    const width = plan.value.names?.length ?? 1;
    const flat = writer.shaped(current(plan.value.output), [-1, width]);
    writer.give(element === kept ? flat : writer.cast(flat, kept), names.value);
    infos.push(tensor(names.value, kept, [null, width]));
    outputs.push({
      name: names.value,
      datatype: kept === ElementType.FLOAT ? 'FP32' : 'FP64',
      shape: [-1, width],
      role: 'value',
      ...(plan.value.names ? { names: [...plan.value.names] } : {})
    });
  }
  const labels = plan.labels ?? [];
  if (plan.probabilities) {
    const { element } = answers[plan.probabilities.output]!;
    const scores = writer.shaped(current(plan.probabilities.output), [
      -1,
      plan.probabilities.form === 'pair' || plan.probabilities.form === 'sigmoid' ? 1 : labels.length
    ]);
    writer.give(writer.probabilities(scores, plan.probabilities.form, element), names.probabilities);
    infos.push(tensor(names.probabilities, element, [null, labels.length]));
    outputs.push({
      name: names.probabilities,
      datatype: element === ElementType.FLOAT ? 'FP32' : 'FP64',
      shape: [-1, labels.length],
      role: 'probabilities'
    });
  }
  if (plan.task === 'classification') {
    const text = plan.label
      ? writer.labelText(current(plan.label.output), plan.label.numbers, labels)
      : writer.text(writer.largest(names.probabilities), labels);
    writer.give(text, names.label);
    infos.push(tensor(names.label, ElementType.STRING, [null]));
    outputs.push({ name: names.label, datatype: 'BYTES', shape: [-1], role: 'label' });
  }
  draft.outputs = infos;
  return outputs;
}

/** Adds nodes behind the graph; every method gives the name of a value. */
class OutputWriter {
  constructor(private readonly draft: ModelDraft) {}

  give(value: string, name: string): void {
    this.draft.nodes.push(this.draft.node('Identity', [value], name));
  }

  shaped(value: string, shape: readonly number[]): string {
    const wanted = this.#constant(shape, [shape.length], 'int64');
    return this.#add('Reshape', [value, wanted]);
  }

  cast(value: string, to: number): string {
    return this.#add('Cast', [value], { to });
  }

  probabilities(scores: string, form: ScoresForm, element: number): string {
    if (form === 'probabilities') {
      return scores;
    }
    if (form === 'softmax') {
      return this.#add('Softmax', [scores], { axis: 1 });
    }
    const second = form === 'sigmoid' ? this.#add('Sigmoid', [scores]) : scores;
    const one = this.#constant([1], [1, 1], 'float');
    const first = this.#add('Sub', [element === ElementType.FLOAT ? one : this.cast(one, element), second]);
    return this.#add('Concat', [first, second], { axis: 1 });
  }

  /** Place of the largest number of each row. */
  largest(value: string): string {
    return this.#add('ArgMax', [value], { axis: 1, keepdims: 0 });
  }

  text(places: string, labels: readonly string[]): string {
    return this.#add('Gather', [this.#constant(labels, [labels.length], 'text'), places], { axis: 0 });
  }

  labelText(value: string, numbers: readonly number[] | null, labels: readonly string[]): string {
    const flat = this.shaped(value, [-1]);
    if (numbers === null) {
      return flat;
    }
    const whole = this.cast(flat, ElementType.INT64);
    if (numbers.every((number, place) => number === place)) {
      return this.text(whole, labels);
    }
    const same = this.#add('Equal', [
      this.shaped(whole, [-1, 1]),
      this.#constant(numbers, [1, numbers.length], 'int64')
    ]);
    return this.text(this.largest(this.cast(same, ElementType.FLOAT)), labels);
  }

  #constant(
    values: readonly number[] | readonly string[],
    shape: readonly number[],
    type: 'int64' | 'float' | 'text'
  ): string {
    const name = this.draft.freshName('constant');
    this.draft.nodes.push(this.draft.constant(name, values, shape, type));
    return name;
  }

  #add(operator: string, inputs: readonly string[], attributes: Record<string, number> = {}): string {
    const output = this.draft.freshName(operator.toLowerCase());
    this.draft.nodes.push(this.draft.node(operator, inputs, output, attributes));
    return output;
  }
}
