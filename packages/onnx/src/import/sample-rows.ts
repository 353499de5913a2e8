import type { Columns, SignatureInput } from '@slipway/contract';
import { isTensor, namedValues, rowShape, rowSize, shapeText, valueNamed } from '@slipway/tensor-inputs';
import { OnnxImportError } from './errors.js';
import type { InputPlan } from './inputs.js';
import { Attributes } from '../wire/graph-nodes.js';
import type { ModelDraft } from './model-draft.js';

/** Generated rows to try a model on. */
const MADE_ROWS = 32;
/** Of given rows, as many are kept. */
const MOST_ROWS = 64;
/** Numbers of tensors that are generated or kept; at least two rows are. */
const MOST_NUMBERS = 250_000;
const FEWEST_ROWS = 2;

export interface SampleRows {
  readonly rows: number;
  readonly columns: Columns;
  readonly origin: 'generated' | 'sample';
}

/** The given rows. @throws OnnxImportError IMPORT_UNCLEAR when they lack an input. */
export function givenRows(plans: readonly InputPlan[], sample: Columns): SampleRows {
  const columns: Columns = namedValues();
  const inputs = plans.flatMap(plan => plan.columns);
  let rows = rowsThatFit(inputs, MOST_ROWS);
  for (const input of inputs) {
    const { name } = input;
    const values = valueNamed(sample, name);
    if (!values || values.length === 0) {
      throw new OnnxImportError('IMPORT_UNCLEAR', `The sample has no values for the input "${name}".`, {
        remedy: `It has ${Object.keys(sample).join(', ') || 'none'}.`
      });
    }
    refuseOtherRows(input, values);
    rows = Math.min(rows, values.length);
    columns[name] = values;
  }
  for (const name of Object.keys(columns)) {
    columns[name] = columns[name]!.slice(0, rows);
  }
  return { rows, columns, origin: 'sample' };
}

function rowsThatFit(inputs: readonly SignatureInput[], most: number): number {
  const numbers = inputs.filter(isTensor).reduce((sum, input) => sum + rowSize(input), 0);
  return numbers === 0 ? most : Math.max(FEWEST_ROWS, Math.min(most, Math.floor(MOST_NUMBERS / numbers)));
}

function refuseOtherRows(input: SignatureInput, values: Columns[string]): void {
  const size = isTensor(input) ? rowSize(input) : null;
  const odd = values.findIndex(
    value => (size === null) === Array.isArray(value) || (Array.isArray(value) && value.length !== size)
  );
  refuseBeyondLimits(input, values);
  if (odd < 0) {
    return;
  }
  const wanted = size === null ? 'one value' : `a list of ${size} numbers (${shapeText(rowShape(input))}, row-major)`;
  throw new OnnxImportError('IMPORT_UNCLEAR', `Row ${odd + 1} of the sample is not ${wanted} for "${input.name}".`);
}

function refuseBeyondLimits({ name, limits }: SignatureInput, values: Columns[string]): void {
  const beyond = (value: unknown): boolean =>
    limits !== undefined && typeof value === 'number' && (value < limits.min || value > limits.max);
  const odd = values.findIndex(value => (Array.isArray(value) ? (value as unknown[]).some(beyond) : beyond(value)));
  if (odd >= 0) {
    throw new OnnxImportError(
      'IMPORT_UNCLEAR',
      `Row ${odd + 1} of the sample is beyond what the graph takes for "${name}": from ${limits?.min} to ${limits?.max}.`
    );
  }
}

/**
 * Generates rows near what the graph itself speaks of: the thresholds of its trees, the means of its scalers, the
 * categories of its encoders; the same ones each time.
 */
export function madeUpRows(draft: ModelDraft, plans: readonly InputPlan[]): SampleRows {
  const random = seededRandom(7);
  const columns: Columns = namedValues();
  const categories = categoriesOf(draft);
  const rows = rowsThatFit(
    plans.flatMap(plan => plan.columns),
    MADE_ROWS
  );
  for (const plan of plans) {
    const known = knownNumbers(draft, plan.original);
    plan.columns.forEach((input, place) => {
      const { name, datatype } = input;
      if (isTensor(input)) {
        columns[name] = madeUpTensors(input, rows, random);
        return;
      }
      columns[name] = Array.from({ length: rows }, (_, row): string | number | boolean => {
        switch (datatype) {
          case 'BYTES':
            return categories[Math.floor(random() * categories.length)] ?? ['red', 'a few words', 'x'][row % 3]!;
          case 'BOOL':
            return random() < 0.5;
          case 'INT32':
          case 'INT64':
            return Math.floor(random() * 2);
          case 'FP32':
          case 'FP64':
            return known(place, random);
        }
      });
    });
  }
  return { rows, columns, origin: 'generated' };
}

/** Pixels for an image, else numbers about ±2; whole ones are 0 or 1. */
function madeUpTensors(input: SignatureInput, rows: number, random: () => number): number[][] {
  const { datatype, format } = input;
  const isWhole = datatype === 'INT32' || datatype === 'INT64';
  const number = (): number => {
    if (format === 'image') {
      return Math.floor(random() * 256);
    }
    return isWhole ? Math.floor(random() * 2) : Math.fround((random() + random() + random() - 1.5) * 4);
  };
  return Array.from({ length: rows }, () => Array.from({ length: rowSize(input) }, number));
}

type KnownNumbers = (place: number, random: () => number) => number;

/** Numbers around what the first operators compare or scale each place of an input with; else about ±2. */
function knownNumbers(draft: ModelDraft, input: string): KnownNumbers {
  const passed = new Set([input]);
  const thresholds = new Map<number, number[]>();
  let scaler: { offset: number[]; scale: number[] } | null = null;
  for (const node of draft.nodes) {
    if (!node.inputs.some(name => passed.has(name))) {
      continue;
    }
    const attributes = new Attributes(node);
    if (node.operator.startsWith('TreeEnsemble')) {
      const places = attributes.ints('nodes_featureids');
      attributes.floats('nodes_values').forEach((value, i) => {
        thresholds.set(places[i]!, [...(thresholds.get(places[i]!) ?? []).slice(-200), value]);
      });
    } else if (node.operator === 'Scaler') {
      scaler ??= { offset: attributes.floats('offset'), scale: attributes.floats('scale') };
    } else if (node.operator === 'Cast' || node.operator === 'Identity') {
      for (const output of node.outputs) {
        passed.add(output);
      }
    }
  }
  return (place, random) => {
    const spread = (random() + random() + random() - 1.5) * 4;
    const near = thresholds.get(place);
    if (near && near.length > 0) {
      return Math.fround(near[Math.floor(random() * near.length)]! + spread * 0.01);
    }
    if (scaler) {
      return Math.fround(
        (scaler.offset[place] ?? scaler.offset[0] ?? 0) + spread / (scaler.scale[place] ?? scaler.scale[0] ?? 1)
      );
    }
    return Math.fround(spread);
  };
}

/** Texts that the graph compares with. */
function categoriesOf(draft: ModelDraft): string[] {
  const texts = draft.nodes.flatMap(node => {
    const attributes = new Attributes(node);
    return ['cats_strings', 'keys_strings', 'pool_strings', 'string_vocabulary'].flatMap(name =>
      attributes.texts(name)
    );
  });
  return [...new Set(texts.length > 0 ? texts : [...draft.textConstants().values()].flat())].slice(0, 500);
}

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
