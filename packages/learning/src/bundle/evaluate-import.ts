import { counted } from '@slipway/wording';
import type { Columns, Evaluation } from '@slipway/contract';
import { LoadedGraph, namedFeeds, type ImportedModel } from '@slipway/onnx/import';
import { rowShape, rowSize, shapeText } from '@slipway/tensor-inputs';
import { type Frame, unknownColumn } from '@slipway/frames';
import type { TensorRows } from '../tensors/tensor-rows.js';
import { SlipwayError } from '@slipway/notebook';
import { evaluate, evaluateRows } from '../evaluation/evaluate.js';
import { splitOf } from '../examples/examples.js';
import type { Target } from '../examples/target.js';
import { keptRows } from '../examples/tensor-examples.js';

/** Rows that the graph is asked about at a time. */
const BATCH = 1000;
/** The same, in numbers. */
const BATCH_NUMBERS = 1 << 21;
/** Metrics that need no probabilities. */
const OF_LABELS = new Set(['accuracy', 'balanced_accuracy', 'mcc', 'precision', 'recall', 'f1', 'f1_macro']);

/**
 * How an imported model answers on test rows, beside the baselines.
 *
 * @param train rows from which the baselines learn; null: the test rows.
 * @throws SlipwayError COLUMN_UNKNOWN, TARGET_MISSING, COLUMN_TYPE for rows that the model cannot be asked about.
 */
export async function evaluateImport(
  model: ImportedModel,
  test: Frame,
  train: Frame | null,
  target: string
): Promise<Evaluation> {
  const { signature } = model;
  const truth = await truthOf(test, target, signature.labels);
  const read: Target = {
    name: target,
    task: signature.labels ? 'classification' : 'regression',
    labels: signature.labels,
    train: train ? await truthOf(train, target, signature.labels) : truth,
    test: truth
  };
  const names = signature.inputs.map(input => input.name);
  const columns = await columnsOf(model, test, names);
  const outputs = await answersOf(model, test.rowCount, (from, to) => namedFeeds(signature.inputs, columns, from, to));
  return measurable(model, await evaluate(test, names, read, outputs, splitOf(test)));
}

/** Without metrics of probabilities, where the model gives none. */
function measurable({ signature }: ImportedModel, evaluation: Evaluation): Evaluation {
  const hasProbabilities = signature.outputs.some(output => output.role !== 'label');
  if (hasProbabilities) {
    return evaluation;
  }
  const metrics = Object.entries(evaluation.metrics).filter(([key]) => OF_LABELS.has(key));
  return { ...evaluation, metrics: Object.fromEntries(metrics) };
}

/**
 * The truth of each row: the place of its label, or its number.
 *
 * @throws SlipwayError COLUMN_UNKNOWN, TARGET_MISSING.
 */
export async function truthOf(frame: Frame, target: string, labels: readonly string[] | null): Promise<number[]> {
  if (!frame.columnNames.includes(target)) {
    throw unknownColumn(target, frame.columnNames, `in ${frame.name} to compare with`);
  }
  const values = (await frame.values([target]))[0]!;
  const missing = values.filter(value => value === null).length;
  if (missing > 0) {
    throw new SlipwayError(
      'TARGET_MISSING',
      `The target "${target}" is missing in ${missing} of ${counted(values.length, 'row')}.`,
      {
        remedy: `Drop them before: frame.dropMissing("${target}").`
      }
    );
  }
  return values.map(value => {
    if (labels === null) {
      return Number(value);
    }
    const place = labels.indexOf(String(value));
    if (place >= 0) {
      return place;
    }
    throw new SlipwayError(
      'TARGET_MISSING',
      `The column "${target}" holds "${value}"; the model's labels are ${labels.join(', ')}.`,
      {
        remedy: 'Give { labels: […] } in the order of the model, as they are in the rows.'
      }
    );
  });
}

/**
 * Rows as the model is asked about them.
 *
 * @throws SlipwayError COLUMN_UNKNOWN, COLUMN_TYPE for missing values that it does not take.
 */
export async function columnsOf({ signature }: ImportedModel, test: Frame, names: readonly string[]): Promise<Columns> {
  for (const name of names) {
    if (!test.columnNames.includes(name)) {
      throw unknownColumn(name, test.columnNames, `in ${test.name} for an input of the model`);
    }
  }
  const values = await test.values(names);
  return Object.fromEntries(
    signature.inputs.map(({ name, nullable }, i) => {
      const column = values[i]!;
      const missing = column.filter(value => value === null).length;
      if (missing > 0 && !nullable) {
        throw new SlipwayError(
          'COLUMN_TYPE',
          `"${name}" is missing in ${counted(missing, 'row')}, and the model is to take no missing value there.`,
          {
            remedy: `If the model can, say { nullable: ["${name}"] }; else drop the rows: frame.dropMissing("${name}").`
          }
        );
      }
      return [name, column];
    })
  );
}

/**
 * The same for rows of tensors: images from 0 to 255 for an input of pixels, else the numbers as they were given.
 *
 * @throws SlipwayError MODEL_MISMATCH when the model reads other rows; TARGET_MISSING.
 */
export async function evaluateImportedTensors(
  model: ImportedModel,
  test: TensorRows,
  train: TensorRows | null
): Promise<Evaluation> {
  const { signature } = model;
  const [input] = signature.inputs;
  refuseOtherTensors(model, test);
  const truth = await truthOf(test.frame, test.target, signature.labels);
  const values = await test.read();
  const width = rowSize(input!);
  const rows = test.frame.rowCount;
  const named = (places: readonly number[]): Columns => ({
    [input!.name]: places.map(place => Array.from(values.subarray(place * width, (place + 1) * width)))
  });
  const outputs = await answersOf(model, rows, (from, to) =>
    namedFeeds(signature.inputs, named(Array.from({ length: to - from }, (_, i) => from + i)), 0, to - from)
  );
  const kept = keptRows(rows, width);
  const judged = {
    target: {
      name: test.target,
      task: signature.labels ? ('classification' as const) : ('regression' as const),
      labels: signature.labels,
      train: train ? await truthOf(train.frame, train.target, signature.labels) : truth,
      test: truth
    },
    split: splitOf(test.frame),
    kept,
    inputs: named(kept),
    baselines: []
  };
  return measurable(model, evaluateRows(judged, outputs));
}

function refuseOtherTensors({ signature }: ImportedModel, { content, noun }: TensorRows): void {
  const [input, ...others] = signature.inputs;
  const reads = rowShape(input!);
  if (others.length === 0 && reads.join() === content.shape.join()) {
    return;
  }
  const isImage = input!.format === 'image';
  throw new SlipwayError(
    'MODEL_MISMATCH',
    `The model reads ${others.length === 0 ? shapeText(reads) : signature.inputs.map(({ name }) => name).join(', ')}; the test ${noun} are ${shapeText(content.shape)}.`,
    {
      remedy: isImage
        ? `Read them with { size: [${reads[0]}, ${reads[1]}], channels: ${reads[2]} }.`
        : 'If it reads images with the channels first, say { image: {} } and what it wants of its pixels.'
    }
  );
}

/** Gives the feeds of the rows from `from` up to `to`. */
type FeedsOf = (from: number, to: number) => ReturnType<typeof namedFeeds>;

/**
 * Probabilities [rows, classes], or values [rows, quantities]; of a model that gives labels only, all of the probability on the
 * label.
 */
export async function answersOf(
  { onnx, signature }: ImportedModel,
  rows: number,
  feedsOf: FeedsOf
): Promise<Float64Array> {
  const graph = await LoadedGraph.load(onnx);
  const output = signature.outputs.find(candidate => candidate.role !== 'label') ?? signature.outputs[0]!;
  const width = signature.labels?.length ?? output.names?.length ?? 1;
  const answers = new Float64Array(rows * width);
  try {
    const numbers = signature.inputs.reduce((sum, input) => sum + rowSize(input), 0);
    const batch = Math.max(1, Math.min(BATCH, Math.floor(BATCH_NUMBERS / numbers)));
    for (let from = 0; from < rows; from += batch) {
      const to = Math.min(from + batch, rows);
      const { data } = (await graph.run(feedsOf(from, to)))[output.name]!;
      for (let i = 0; i < data.length; i++) {
        if (output.role !== 'label') {
          answers[from * width + i] = Number(data[i]);
        } else {
          answers[(from + i) * width + signature.labels!.indexOf(String(data[i]))] = 1;
        }
      }
    }
  } finally {
    await graph.release();
  }
  return answers;
}
