import type { Behavior, BehaviorClaim, Columns } from '@slipway/contract';
import { decodeImage, flatRow, RowShapeError, valueNamed, type ImageShape } from '@slipway/tensor-inputs';
import type { PlainValue } from '@slipway/frames';
import { imageFile, imageRefused } from '../tensors/image-file.js';
import { type MimeBundle, SlipwayError, suggestion, warnOfCell } from '@slipway/notebook';
import type { InputRow, ModelInputs } from '../prep/model-inputs.js';
import { Run } from '../runs/run.js';
import { keepAgain } from '../stored/keep-model.js';
import type { TrainedModel } from '../train/trained-model.js';
import type { TrainedModelParts } from '../train/trained-parts.js';
import { brokenClaims, type Answers } from './claims.js';
import { behaviorsBundle } from './model-tests-display.js';

/** Minimum functionality: answers that every useful model gives. */
export interface MinimumFunctionality {
  readonly rows: InputRow | readonly InputRow[];
  /** The class; or the number, within `tolerance`; or limits of the number, or of the probability of the class `of`. */
  readonly expect: string | number | { readonly min?: number; readonly max?: number; readonly of?: string };
  /** Default: 1 % of the number. */
  readonly tolerance?: number;
}

/** Invariance: what must not matter. */
export interface Invariance {
  /** The input that is changed … */
  readonly vary: string;
  /** … to each of these values. */
  readonly to: readonly PlainValue[];
  /** How far the number, or any probability, may move. Default 0.05; for numbers, 1 % of the answer's own range. */
  readonly tolerance?: number;
  /** Default: the first test rows. */
  readonly rows?: readonly InputRow[];
}

/** Direction: where a change has to lead; no change at all is allowed. */
export interface Direction {
  readonly vary: string;
  /** Is added to the input. */
  readonly by: number;
  readonly expect: 'rises' | 'falls';
  /** The class whose probability counts; for classifiers. */
  readonly of?: string;
  readonly rows?: readonly InputRow[];
}

export type BehaviorTest = MinimumFunctionality | Invariance | Direction;

/** What `slip.testBehavior` found. */
export class BehaviorReport {
  constructor(
    readonly target: string,
    readonly results: readonly { readonly name: string; readonly rows: number; readonly broken: readonly string[] }[]
  ) {}

  get passed(): boolean {
    return this.results.every(({ broken }) => broken.length === 0);
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    return behaviorsBundle(this);
  }
}

/**
 * Asks a fitted model for behaviors, each under a name: minimum functionality (`{ rows, expect }`), invariance (`{ vary,
 * to }`) and direction (`{ vary, by, expect }`). What is not as it should be is warned of; the behaviors travel with the
 * model, and preflight asks the exported model again.
 *
 * @throws SlipwayError MODEL_MISSING for a run without a model, COLUMN_UNKNOWN and OPTION_INVALID for tests that do not suit
 * the model.
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const { train, test } = await weather.split({ by: 'time', test: 0.2 });
 * const model = await slip.fit(slip.ridge(), {
 *   prep: slip.prep().standardize('temp_min', 'wind'),
 *   train,
 *   test,
 *   target: 'temp_max'
 * });
 * await slip.testBehavior(model, {
 *   'warmer nights, warmer days': { rows: [{ temp_min: 5, wind: 2 }], vary: 'temp_min', by: 5, expect: 'rises' }
 * });
 */
export async function testBehavior(
  from: Run | TrainedModel,
  tests: Readonly<Record<string, BehaviorTest>>
): Promise<BehaviorReport> {
  const model = from instanceof Run ? from.model : from;
  if (!model) {
    throw new SlipwayError('MODEL_MISSING', 'The run has no fitted model to test.', {
      remedy: 'Fit one inside the run: slip.run(name, async run => slip.fit(…)).'
    });
  }
  const behaviors: Behavior[] = [];
  for (const [name, each] of Object.entries(tests)) {
    behaviors.push(behaviorOf(name, await withImages(each, model.parts), model.parts));
  }
  const results = behaviors.map(behavior => ({
    name: behavior.name,
    rows: behavior.claims.length,
    broken: brokenClaims(behavior, answersOf(model.parts, behavior.inputs))
  }));
  const named = new Map([...model.behaviors, ...behaviors].map(behavior => [behavior.name, behavior]));
  model.behaviors = [...named.values()];
  keepAgain(model);
  for (const { name, broken, rows } of results) {
    if (broken.length === 0) {
      continue;
    }
    warnOfCell(
      `The model does not behave as "${name}" says: ${broken.length} of ${rows}, e.g. ${broken[0]}.\n` +
        'Train on rows that show it, or fix the test; preflight will refuse the model.'
    );
  }
  return new BehaviorReport(model.parts.target, results);
}

/** The behavior as rows and claims, which need no model to be understood. */
function behaviorOf(name: string, each: BehaviorTest, parts: TrainedModelParts): Behavior {
  const inputs = [...parts.prep.names];
  if ('vary' in each && !inputs.includes(each.vary)) {
    throw new SlipwayError('COLUMN_UNKNOWN', `The model reads no "${each.vary}" (in the test "${name}").`, {
      remedy: suggestion(each.vary, inputs)
    });
  }
  const of = 'of' in each ? each.of : 'expect' in each && typeof each.expect === 'object' ? each.expect.of : undefined;
  if (of !== undefined && !parts.labels?.includes(of)) {
    throw new SlipwayError('OPTION_INVALID', `The model knows no class "${of}" (in the test "${name}").`, {
      remedy: parts.labels ? suggestion(of, parts.labels) : 'It predicts a number; leave `of` out.'
    });
  }
  if ('rows' in each && 'expect' in each && !('vary' in each)) {
    return minimum(name, each, parts);
  }
  return 'to' in each ? invariance(name, each, parts) : direction(name, each as Direction, parts);
}

function minimum(name: string, test: MinimumFunctionality, parts: TrainedModelParts): Behavior {
  const rows = [test.rows].flat() as InputRow[];
  const { expect } = test;
  const claim = (row: number): BehaviorClaim => {
    if (typeof expect === 'object') {
      return { row, ...expect };
    }
    if (parts.labels) {
      return { row, label: String(expect) };
    }
    const number = Number(expect);
    const tolerance = test.tolerance ?? Math.abs(number) / 100;
    return { row, min: number - tolerance, max: number + tolerance };
  };
  if (parts.labels && typeof expect !== 'object' && !parts.labels.includes(String(expect))) {
    throw new SlipwayError('OPTION_INVALID', `The model knows no class "${expect}" (in the test "${name}").`, {
      remedy: suggestion(String(expect), parts.labels)
    });
  }
  return { name, inputs: columnsOf(rows, parts, name), claims: rows.map((_, row) => claim(row)) };
}

function invariance(name: string, test: Invariance, parts: TrainedModelParts): Behavior {
  const base = rowsOf(test.rows, parts);
  const rows = [...base];
  const claims: BehaviorClaim[] = [];
  const tolerance = test.tolerance ?? (parts.labels ? 0.05 : rangeOf(parts) / 100);
  base.forEach((row, i) => {
    for (const value of test.to) {
      const changed = rows.push({ ...row, [test.vary]: value }) - 1;
      const claim = { row: changed, than_row: i, min: -tolerance, max: tolerance };
      if (parts.labels) {
        claims.push(...parts.labels.map(of => ({ ...claim, of })));
      } else {
        claims.push(claim);
      }
    }
  });
  return { name, inputs: columnsOf(rows, parts, name), claims };
}

function direction(name: string, test: Direction, parts: TrainedModelParts): Behavior {
  const base = rowsOf(test.rows, parts).filter(row => typeof valueNamed(row, test.vary) === 'number');
  if (base.length === 0 || (parts.labels && test.of === undefined)) {
    throw new SlipwayError(
      'OPTION_INVALID',
      base.length === 0
        ? `"${test.vary}" is not a number in the rows of the test "${name}".`
        : `The test "${name}" names no class whose probability ${test.expect}.`,
      { remedy: base.length === 0 ? 'Vary a numeric input.' : `Add of: one of ${parts.labels!.join(', ')}.` }
    );
  }
  const rows = [...base];
  // What float32 leaves open is not a direction.
  const least = 1e-6 * (parts.labels ? 1 : rangeOf(parts));
  const claims = base.map((row, i): BehaviorClaim => {
    const changed = rows.push({ ...row, [test.vary]: Number(row[test.vary]) + test.by }) - 1;
    const limits = test.expect === 'rises' ? { min: -least } : { max: least };
    return { row: changed, than_row: i, ...limits, ...(test.of === undefined ? {} : { of: test.of }) };
  });
  return { name, inputs: columnsOf(rows, parts, name), claims };
}

/** The given rows, or the recorded test rows. */
function rowsOf(given: readonly InputRow[] | undefined, { testVectors }: TrainedModelParts): InputRow[] {
  if (given) {
    return [...given];
  }
  const names = Object.keys(testVectors.inputs);
  return Array.from({ length: testVectors.rows }, (_, row) =>
    Object.fromEntries(names.map(name => [name, testVectors.inputs[name]![row] ?? null]))
  );
}

function rangeOf({ testVectors }: TrainedModelParts): number {
  const { data } = Object.values(testVectors.outputs)[0]!;
  return Math.max(...data) - Math.min(...data) || 1;
}

function columnsOf(rows: readonly InputRow[], { prep }: TrainedModelParts, name: string): Columns {
  const inputs = prep.names;
  for (const row of rows) {
    const unknown = Object.keys(row).find(key => !inputs.includes(key));
    const missing = inputs.find(key => !Object.hasOwn(row, key));
    if (unknown !== undefined || missing !== undefined) {
      throw new SlipwayError(
        'COLUMN_UNKNOWN',
        unknown === undefined
          ? `A row of the test "${name}" lacks "${missing}".`
          : `The model reads no "${unknown}" (in a row of the test "${name}").`,
        { remedy: `A row has ${inputs.join(', ')}.` }
      );
    }
  }
  return Object.fromEntries(
    inputs.map(input => [
      input,
      rows.map((row, i) => storable(row[input] ?? null, prep, `"${input}" in row ${i + 1} of the test "${name}"`))
    ])
  );
}

/** A value as a bundle keeps it. */
function storable(value: InputRow[string], prep: ModelInputs, place: string): Columns[string][number] {
  if (prep.kind === 'columns') {
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    throw new SlipwayError('COLUMN_TYPE', `${place} is a list, where the model reads one value.`);
  }
  try {
    return Array.from(flatRow(value, prep.shape), Number);
  } catch (error) {
    throw error instanceof RowShapeError ? new SlipwayError('COLUMN_TYPE', `${place}: ${error.message}.`) : error;
  }
}

/** The test with the pixels of the images that its rows name. */
async function withImages(each: BehaviorTest, { prep }: TrainedModelParts): Promise<BehaviorTest> {
  if (prep.kind !== 'tensor' || prep.parts.format !== 'image' || !('rows' in each) || !each.rows) {
    return each;
  }
  const { name } = prep.parts;
  const rows = [each.rows].flat().map(async (row: InputRow): Promise<InputRow> => {
    const value = row[name];
    if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
      return row;
    }
    try {
      const pixels = await decodeImage(await imageFile(value), prep.shape as ImageShape);
      return { ...row, [name]: Array.from(pixels) };
    } catch (error) {
      throw imageRefused('An image of the test', error);
    }
  });
  return { ...each, rows: await Promise.all(rows) };
}

/** The notebook's own model asked about rows. */
export function answersOf({ estimator, prep, labels, target }: TrainedModelParts, inputs: Columns): Answers {
  const columns = prep.names.map(name => inputs[name]!);
  const rows = columns[0]!.length;
  const data = estimator.predict(prep.transformColumns(columns, rows, `the tests of ${target}`), prep.width);
  return { labels, data };
}
