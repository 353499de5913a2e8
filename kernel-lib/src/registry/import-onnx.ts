import path from 'node:path';
import type { Columns, Evaluation } from '@slipway/contract';
import {
  importedBundle,
  type ImportedModel,
  importOnnx as readOnnx,
  type ImportOptions,
  OnnxImportError,
  type Question
} from '@slipway/onnx/import';
import { Frame } from '@slipway/frames';
import { notebook, SlipwayError } from '@slipway/notebook';
import { registerBundle, type Registration } from './register.js';
import {
  currentRun,
  evaluateImport,
  evaluateImportedTensors,
  evaluateImportedValues,
  installedVersions,
  type TensorRows
} from '@slipway/learning';

/** What is said at an import that the file itself does not say. */
export interface ImportOnnxOptions extends Omit<ImportOptions, 'sample'> {
  /** The registered model; default: the name of the file without its ending. */
  name?: string;
  /** Rows to try the model on, some dozen. Default: those of `test`, else made up ones. */
  sample?: Frame | Columns;
  /**
   * Rows with their truth: the model is evaluated on them beside the baselines. A frame has it in the column `target`, of several
   * quantities in those named by `values`; images and tensors know theirs.
   */
  test?: Frame | TensorRows;
  /** Rows from which the baselines learn; default: the test rows themselves, which favours the baselines. */
  train?: Frame | TensorRows;
  description?: string;
}

/**
 * Imports a model that was trained elsewhere: an ONNX file of scikit-learn, PyTorch, LightGBM, XGBoost, CatBoost or anything
 * else becomes a bundle with named inputs, and the next version of `name`.
 *
 * @param file path of the ONNX file. Tensors in files beside it are taken in.
 * @throws SlipwayError IMPORT_UNCLEAR with the options that say what the file does not, ONNX_UNSUPPORTED, ONNX_INVALID.
 * @example
 * await slip.importOnnx('torch1-amount.onnx', {
 *   name: 'amount',
 *   inputs: ['length', 'width', 'height', 'weight']
 * });
 */
export async function importOnnx(file: string, options: ImportOnnxOptions = {}): Promise<Registration> {
  const book = notebook();
  const place = path.resolve(book.directory, file);
  const name = options.name ?? path.basename(file).replace(/\.onnx$/i, '');
  const { test, target } = options;
  if (test instanceof Frame && target === undefined && options.values === undefined) {
    throw new SlipwayError('OPTION_INVALID', 'Test rows were given without the column of their true values.', {
      remedy: 'Give { target: "…" } as well.'
    });
  }
  try {
    const sample = await sampleOf(options.sample ?? (test instanceof Frame ? test : undefined));
    const model = await readOnnx(place, { ...namedTarget(options), sample });
    const evaluation = test ? await evaluated(model, test, options) : null;
    const bundle = importedBundle(name, model, evaluation, installedVersions());
    book.noteRead(place);
    return await registerBundle(name, bundle, currentRun()?.id ?? null, options.description ?? '');
  } catch (error) {
    throw error instanceof OnnxImportError ? inNotebookWords(error, file, options) : error;
  }
}

/** The truth of images and tensors names what is predicted. */
function namedTarget(options: ImportOnnxOptions): ImportOnnxOptions {
  const { test, target } = options;
  return test === undefined || test instanceof Frame || target !== undefined
    ? options
    : { ...options, target: test.target };
}

/** @throws SlipwayError OPTION_INVALID when the training rows are of another kind than the test rows. */
function evaluated(
  model: ImportedModel,
  test: Frame | TensorRows,
  { train, target }: ImportOnnxOptions
): Promise<Evaluation> {
  if (train !== undefined && train instanceof Frame !== test instanceof Frame) {
    throw new SlipwayError(
      'OPTION_INVALID',
      'The training rows are a frame, and the test rows are none, or the other way.',
      {
        remedy: 'Give both parts of one split.'
      }
    );
  }
  const names = model.signature.outputs.find(({ role }) => role === 'value')?.names;
  if (names !== undefined) {
    if (test instanceof Frame) {
      return evaluateImportedValues(model, test, (train as Frame | undefined) ?? null, names);
    }
    throw new SlipwayError('OPTION_INVALID', 'Several quantities are measured on the rows of a frame.', {
      remedy: `Give test rows with the columns ${names.join(', ')}, or leave them out.`
    });
  }
  return test instanceof Frame
    ? evaluateImport(model, test, (train as Frame | undefined) ?? null, target!)
    : evaluateImportedTensors(model, test, (train as TensorRows | undefined) ?? null);
}

/** Rows to try the model on; more than enough are not read. */
const SAMPLE_ROWS = 64;

async function sampleOf(sample: Frame | Columns | undefined): Promise<Columns | undefined> {
  if (!(sample instanceof Frame)) {
    return sample;
  }
  const values = await sample.values(sample.columnNames);
  return Object.fromEntries(sample.columnNames.map((column, i) => [column, values[i]!.slice(0, SAMPLE_ROWS)]));
}

/** The same error as every call here throws; that of the import would only repeat it, with places of our own code. */
function inNotebookWords(error: OnnxImportError, file: string, options: ImportOnnxOptions): SlipwayError {
  if (error.questions.length === 0) {
    return new SlipwayError(error.code, error.message, { remedy: error.remedy });
  }
  const asked = error.questions.map(({ option, example }) => `${option}: ${literal(example)}`).join(', ');
  const kept = Object.keys(options).some(key => !error.questions.some(({ option }) => option === key)) ? ', …' : '';
  return new SlipwayError(error.code, error.message, {
    remedy: `Give it: slip.importOnnx(${JSON.stringify(file)}, { ${asked}${kept} }).`
  });
}

/** A value as it is typed in a cell. */
function literal(example: Question['example']): string {
  return JSON.stringify(example).replaceAll('","', '", "').replaceAll('":', '": ');
}
