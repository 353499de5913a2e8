import { counted } from '@slipway/wording';
import type { SignatureInput, TensorType } from '@slipway/contract';
import { isTensor, sizeOf, valueNamed } from '@slipway/tensor-inputs';
import { OnnxImportError } from './errors.js';
import type { GraphNode } from '../wire/graph-nodes.js';
import { pixelEdit, pixelNodes, planPixels, type PixelPlan } from './image-input.js';
import type { ModelDraft } from './model-draft.js';
import type { ImportOptions } from './options.js';
import { ElementType, elementTypeName, tensor, type ValueInfo } from '../wire/value-info.js';

/** More numbers in a row are no named inputs any more. */
const MOST_COLUMNS = 4096;

/** How an input of the file is made of named inputs with one value in each row, or is one tensor. */
export interface InputPlan {
  /** Name in the file. */
  readonly original: string;
  /** Shape of one row in the file; empty where rows are a list of values. */
  readonly row: readonly number[];
  /** Number of rows that is built into the file; null where it is open. */
  readonly fixedRows: number | null;
  readonly columns: readonly SignatureInput[];
  /** How images become the file's own input; null where its numbers are taken as they are. */
  readonly pixels: PixelPlan | null;
}

/** Types in which rows are given. */
const GIVEN_AS: Readonly<Record<number, TensorType>> = {
  [ElementType.FLOAT]: 'FP32',
  [ElementType.DOUBLE]: 'FP64',
  [ElementType.INT32]: 'INT32',
  [ElementType.INT64]: 'INT64',
  [ElementType.BOOL]: 'BOOL',
  [ElementType.STRING]: 'BYTES'
};

/** What rows are given as, where the graph wants numbers of another size. */
const WIDENED: Readonly<Record<number, number>> = {
  [ElementType.FLOAT16]: ElementType.FLOAT,
  [ElementType.BFLOAT16]: ElementType.FLOAT,
  [ElementType.INT8]: ElementType.INT32,
  [ElementType.UINT8]: ElementType.INT32,
  [ElementType.INT16]: ElementType.INT32,
  [ElementType.UINT16]: ElementType.INT32,
  [ElementType.UINT32]: ElementType.INT64,
  [ElementType.UINT64]: ElementType.INT64
};

/** What the small numbers can hold: beyond it they would wrap around, or become infinite. */
const LIMITS: Readonly<Record<number, Limits>> = {
  // The largest of each format, by IEEE 754 and by its exponent of 8 bits.
  [ElementType.FLOAT16]: { min: -65_504, max: 65_504 },
  [ElementType.BFLOAT16]: { min: -3.3895313892515355e38, max: 3.3895313892515355e38 },
  [ElementType.INT8]: { min: -128, max: 127 },
  [ElementType.UINT8]: { min: 0, max: 255 },
  [ElementType.INT16]: { min: -32_768, max: 32_767 },
  [ElementType.UINT16]: { min: 0, max: 65_535 },
  [ElementType.UINT32]: { min: 0, max: 4_294_967_295 },
  [ElementType.UINT64]: { min: 0, max: Number.MAX_SAFE_INTEGER }
};

type Limits = NonNullable<SignatureInput['limits']>;

/** What was widened, in words, and what the graph's own numbers can hold by the name of the input. */
export interface Widened {
  readonly edits: readonly string[];
  readonly limits: ReadonlyMap<string, Limits>;
}

export const ELEMENT_OF: Readonly<Record<TensorType, number>> = {
  FP32: ElementType.FLOAT,
  FP64: ElementType.DOUBLE,
  INT32: ElementType.INT32,
  INT64: ElementType.INT64,
  BOOL: ElementType.BOOL,
  BYTES: ElementType.STRING
};

/** Lets inputs of unusual sizes take usual numbers, which the graph then makes smaller. */
export function widenInputs(draft: ModelDraft): Widened {
  const limits = new Map<string, Limits>();
  const edits = draft.inputs.flatMap(({ name, type }, place) => {
    const wider = type.kind === 'tensor' ? WIDENED[type.element] : undefined;
    if (wider === undefined || type.kind !== 'tensor') {
      return [];
    }
    const held = LIMITS[type.element];
    if (held !== undefined) {
      limits.set(name, held);
    }
    draft.freeNames(new Set([name]));
    const inner = draft.inputs[place]!.name;
    draft.inputs[place] = tensor(name, wider, type.shape);
    draft.nodes.unshift(draft.node('Cast', [name], inner, { to: type.element }));
    return [
      `The input ${name} takes ${elementTypeName(wider)}, of which the graph makes ${elementTypeName(type.element)}.`
    ];
  });
  return { edits, limits };
}

/**
 * Decides which named inputs the model will have.
 *
 * @param limits of the numbers of inputs, by name.
 * @throws OnnxImportError IMPORT_UNCLEAR asking for names, ONNX_UNSUPPORTED for inputs that are not rows of values.
 */
export function planInputs(draft: ModelDraft, options: ImportOptions, limits: Widened['limits']): InputPlan[] {
  const inputs = draft.inputs.map(input => ({ input, ...rowOf(input) }));
  const plans = inputs.map(({ input, element, shape }, place) => {
    const fixedRows = shape === null ? null : (shape[0] ?? null);
    const given = namesGiven(draft, options, input.name, place);
    const row = shape === null ? openRow(input.name, given) : rowShape(input.name, shape, given);
    const width = sizeOf(row);
    const held = limits.get(input.name);
    const limited = held === undefined ? {} : { limits: held };
    const datatype = GIVEN_AS[element];
    if (datatype === undefined) {
      throw new OnnxImportError(
        'ONNX_UNSUPPORTED',
        `The input "${input.name}" takes ${elementTypeName(element)}, which services do not.`
      );
    }
    const tensorName = takesTensor(row, width, datatype, given) ? nameOfTensor(input.name, given) : null;
    if (tensorName !== null) {
      const pixels = options.image ? planPixels(input.name, row, element, options.image) : null;
      return {
        original: input.name,
        row,
        fixedRows,
        columns: [{ ...tensorInput(tensorName, datatype, row, pixels), ...(pixels === null ? limited : {}) }],
        pixels
      };
    }
    const columns = columnNames(draft, input.name, width, given).map(name => ({
      name,
      datatype,
      shape: [-1, 1],
      nullable: options.nullable?.includes(name) ?? false,
      range: null,
      ...limited
    }));
    return { original: input.name, row, fixedRows, columns, pixels: null };
  });
  if (options.image && plans.every(plan => plan.pixels === null)) {
    throw new OnnxImportError('IMPORT_UNCLEAR', 'No input of the model is a tensor that could be an image.', {
      remedy: 'Leave out `image`.'
    });
  }
  refuseEqualNames(plans, options);
  return plans;
}

/** Rows of several axes, unless each number is named; and rows of more numbers than anybody names. */
function takesTensor(row: readonly number[], width: number, datatype: TensorType, given: Given): boolean {
  if (width === 1 || datatype === 'BOOL' || datatype === 'BYTES' || typeof given === 'string') {
    return false;
  }
  const isNamed = given !== undefined && given.length !== 1;
  return !isNamed && (row.length > 1 || width > MOST_COLUMNS);
}

function nameOfTensor(original: string, given: Given): string {
  return given === undefined ? original : given[0]!;
}

function tensorInput(
  name: string,
  datatype: TensorType,
  row: readonly number[],
  pixels: PixelPlan | null
): SignatureInput {
  const input = { name, datatype, shape: [-1, ...(pixels?.shape ?? row)], nullable: false };
  return pixels ? { ...input, range: { min: 0, max: 255 }, format: 'image' } : { ...input, range: null };
}

function rowOf({ name, type }: ValueInfo): { element: number; shape: readonly (number | null)[] | null } {
  if (type.kind !== 'tensor') {
    throw new OnnxImportError('ONNX_UNSUPPORTED', `The input "${name}" is not a tensor, so it cannot receive rows.`);
  }
  if (type.shape?.length === 0) {
    throw new OnnxImportError('ONNX_UNSUPPORTED', `The input "${name}" takes a single value, not rows.`, {
      remedy: 'Export the model with that value as a constant.'
    });
  }
  return { element: type.element, shape: type.shape };
}

type Given = string | readonly string[] | undefined;

function namesGiven(draft: ModelDraft, { inputs }: ImportOptions, name: string, place: number): Given {
  if (inputs === undefined) {
    return namesInMetadata(draft);
  }
  if (!Array.isArray(inputs)) {
    return valueNamed(inputs as Readonly<Record<string, string | readonly string[]>>, name);
  }
  const list = inputs as readonly string[];
  if (draft.inputs.length === 1) {
    return list;
  }
  if (list.length !== draft.inputs.length) {
    throw new OnnxImportError(
      'IMPORT_UNCLEAR',
      `${counted(list.length, 'name was', 'names were')} given for the ${counted(draft.inputs.length, 'input')} ${draft.inputs.map(input => input.name).join(', ')}.`,
      { questions: [{ option: 'inputs', example: Object.fromEntries(draft.inputs.map(input => [input.name, ['…']])) }] }
    );
  }
  return [list[place]!];
}

/** Some converters write the names of the columns into the metadata of the file. */
function namesInMetadata(draft: ModelDraft): Given {
  if (draft.inputs.length !== 1) {
    return undefined;
  }
  for (const key of ['feature_names', 'feature_names_in', 'features', 'columns', 'input_names']) {
    const text = draft.metadata[key];
    if (text === undefined) {
      continue;
    }
    try {
      const list: unknown = JSON.parse(text);
      if (Array.isArray(list) && list.every(name => typeof name === 'string')) {
        return list;
      }
    } catch {
      return text.split(',').map(name => name.trim());
    }
  }
  return undefined;
}

function openRow(name: string, given: Given): number[] {
  if (typeof given === 'object') {
    return [given.length];
  }
  throw askForNames(name, 'an unknown number of values', 2);
}

function rowShape(name: string, shape: readonly (number | null)[], given: Given): number[] {
  const row = shape.slice(1);
  const open = row.filter(size => size === null).length;
  if (open === 0) {
    return row as number[];
  }
  if (row.length === 1) {
    return openRow(name, given);
  }
  throw new OnnxImportError(
    'ONNX_UNSUPPORTED',
    `The input "${name}" takes rows of changing size; services take rows of one size.`,
    {
      remedy: 'Export the model with fixed dimensions, only the first one open.'
    }
  );
}

function columnNames(draft: ModelDraft, input: string, width: number, given: Given): readonly string[] {
  if (width > MOST_COLUMNS) {
    throw new OnnxImportError(
      'ONNX_UNSUPPORTED',
      `The input "${input}" takes ${width} numbers in each row; services take up to ${MOST_COLUMNS} named inputs.`
    );
  }
  if (typeof given === 'string') {
    return Array.from({ length: width }, (_, i) => `${given}_${i}`);
  }
  if (given === undefined) {
    if (width === 1) {
      return [input];
    }
    throw askForNames(input, `${counted(width, 'value')} in each row`, width);
  }
  if (given.length !== width) {
    throw new OnnxImportError(
      'IMPORT_UNCLEAR',
      `The input "${input}" takes ${counted(width, 'value')} in each row, and ${counted(given.length, 'name was', 'names were')} given.`,
      { questions: [{ option: 'inputs', example: exampleNames(draft, input, width) }] }
    );
  }
  return given;
}

function askForNames(input: string, what: string, width: number): OnnxImportError {
  const example = width > 8 ? { [input]: 'a beginning for numbered names' } : Array.from({ length: width }, () => '…');
  return new OnnxImportError('IMPORT_UNCLEAR', `The input "${input}" takes ${what}, and the file does not name them.`, {
    questions: [{ option: 'inputs', example }]
  });
}

function exampleNames(draft: ModelDraft, input: string, width: number): readonly string[] | Record<string, string[]> {
  const names = Array.from({ length: Math.min(width, 8) }, () => '…');
  return draft.inputs.length === 1 ? names : { [input]: names };
}

function refuseEqualNames(plans: readonly InputPlan[], { nullable }: ImportOptions): void {
  const names = plans.flatMap(plan => plan.columns.map(column => column.name));
  const twice = names.find((name, place) => names.indexOf(name) !== place || name === '');
  if (twice !== undefined) {
    throw new OnnxImportError('IMPORT_UNCLEAR', `Two inputs are named "${twice}".`, {
      questions: [{ option: 'inputs', example: ['…', '…'] }]
    });
  }
  const unknown = nullable?.find(name => !names.includes(name));
  if (unknown !== undefined) {
    throw new OnnxImportError('IMPORT_UNCLEAR', `No input is named "${unknown}", which is to be nullable.`, {
      remedy: `The inputs are ${names.join(', ')}.`
    });
  }
}

/** Gives the graph its named inputs, and makes the file's own inputs of them. @returns what was done, in words. */
export function writeInputs(draft: ModelDraft, plans: readonly InputPlan[]): string[] {
  const kept = new Set(plans.filter(isKept).map(plan => plan.original));
  const wanted = plans.flatMap(plan => (kept.has(plan.original) ? [] : plan.columns.map(column => column.name)));
  // The values that the file calls like one of the new inputs get other names; their own place in the list tells them.
  draft.freeNames(new Set(wanted));
  const originals = draft.inputs.map(input => input.name);
  const nodes: GraphNode[] = [];
  const edits: string[] = [];
  plans.forEach((plan, place) => {
    if (kept.has(plan.original)) {
      if (plan.fixedRows !== null) {
        edits.push(`The number of rows of ${plan.original} was ${plan.fixedRows}; it is open now.`);
      }
      return;
    }
    const [only] = plan.columns;
    if (plan.pixels) {
      nodes.push(...pixelNodes(draft, plan.pixels, only!.name, originals[place]!));
      edits.push(pixelEdit(only!.name, plan.pixels));
      return;
    }
    nodes.push(...assemble(draft, plan, originals[place]!));
    if (isTensor(only!)) {
      edits.push(`The input ${plan.original} is named ${only!.name}.`);
      return;
    }
    edits.push(
      plan.columns.length === 1
        ? `The input ${plan.original} is named ${plan.columns[0]!.name}, with one value in each row.`
        : `The input ${plan.original} is made of ${plan.columns.length} named inputs.`
    );
  });
  draft.nodes = [...nodes, ...draft.nodes];
  draft.inputs = plans.flatMap(plan =>
    plan.columns.map(({ name, datatype, shape }) => tensor(name, ELEMENT_OF[datatype], [null, ...shape.slice(1)]))
  );
  return edits;
}

/** One value, or one tensor, in each row, under the file's own name: nothing is to be done. */
function isKept({ original, row, columns, pixels }: InputPlan): boolean {
  const [only] = columns;
  return columns.length === 1 && only!.name === original && pixels === null && (isTensor(only!) || row.length === 1);
}

function assemble(draft: ModelDraft, { columns, row }: InputPlan, original: string): GraphNode[] {
  const nodes: GraphNode[] = [];
  let value = columns[0]!.name;
  const add = (operator: string, inputs: readonly string[], attributes: Record<string, number> = {}): void => {
    const output = draft.freshName(`${original}_${operator.toLowerCase()}`);
    nodes.push(draft.node(operator, inputs, output, attributes));
    value = output;
  };
  if (columns.length > 1) {
    const names = columns.map(column => column.name);
    add('Concat', names, { axis: 1 });
  }
  if (row.length !== 1 && !isTensor(columns[0]!)) {
    const shape = draft.freshName(`${original}_shape`);
    nodes.push(draft.constant(shape, [-1, ...row], [row.length + 1], 'int64'));
    add('Reshape', [value, shape]);
  }
  nodes.push(draft.node('Identity', [value], original));
  return nodes;
}
