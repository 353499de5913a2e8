import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Columns, EntityName, type ModelSignature } from '@slipway/contract';
import {
  importedBundle,
  importOnnx,
  OnnxImportError,
  type ImportOptions,
  type PixelOptions,
  type Question
} from '@slipway/onnx/import';
import { inputType } from '@slipway/tensor-inputs';
import { InvalidRequestError } from '../../platform/errors.js';
import { VERSION } from '../../platform/version.js';
import { parsePositionals, UsageError } from './options.js';
import { CommandClient } from './server-client.js';
import { messageOf } from '@slipway/wording';

export const modelsImportHelp = `slipway models import FILE [--name MODEL] [options]

Registers an ONNX file that was made elsewhere (scikit-learn, PyTorch, LightGBM, XGBoost, CatBoost, …) as the next version of a model.
What the file does not say is asked for, by the option that tells it.

  --name MODEL            the registered model (default: the name of the file)
  --inputs A,B,C          names of what the model reads, in its order; INPUT=A,B for one of several inputs (may be repeated);
                          INPUT=pixel* gives pixel_0, pixel_1, …
  --pixels FORM           the input of three axes is an image, of which the model takes: 255 (pixels from 0 to 255), 1 (from 0 to 1),
                          or MEAN/STD of pixels from 0 to 1: 0.5/0.5, 0.485,0.456,0.406/0.229,0.224,0.225
  --labels A,B,C          names of the classes, in the order of the probabilities
  --values A,B,C          names of the quantities, where a regression gives several numbers in each row
  --task TASK             classification or regression
  --target NAME           what is predicted
  --scores FORM           logits, when a classifier outputs logits instead of probabilities
  --label OUTPUT          outputs that are served, where names and types do not tell;
  --probabilities OUTPUT  OUTPUT[1] is an element of a sequence
  --value OUTPUT
  --nullable A,B          inputs for which a missing value may be given
  --sample FILE           JSON: a list of rows, to try the model on
  --licence TEXT          kept with the model, as are
  --source TEXT           where the file was got from
  --description TEXT
  --data DIR              data folder of the server (default: the nearest .slipway)
`;

/** @returns 0 when the model is registered. */
export async function modelsImportCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsePositionals(args, {
    name: { type: 'string' },
    inputs: { type: 'string', multiple: true },
    pixels: { type: 'string' },
    labels: { type: 'string' },
    values: { type: 'string' },
    task: { type: 'string' },
    target: { type: 'string' },
    scores: { type: 'string' },
    label: { type: 'string' },
    probabilities: { type: 'string' },
    value: { type: 'string' },
    nullable: { type: 'string' },
    sample: { type: 'string' },
    licence: { type: 'string' },
    source: { type: 'string' },
    description: { type: 'string' },
    data: { type: 'string' }
  });
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) {
    throw new UsageError('name one ONNX file.');
  }
  const name = EntityName.safeParse(values.name ?? path.basename(file).replace(/\.onnx$/i, ''));
  if (!name.success) {
    throw new UsageError(`'${values.name}' is not a valid model name.`);
  }
  const { label, probabilities, value } = values;
  const outputs = Object.fromEntries(
    Object.entries({ label, probabilities, value }).filter(([, output]) => output !== undefined)
  );
  const options: ImportOptions = {
    ...(values.inputs ? { inputs: inputNames(values.inputs) } : {}),
    ...(values.pixels === undefined ? {} : { image: pixelForm(values.pixels) }),
    ...(values.labels === undefined ? {} : { labels: listOf(values.labels) }),
    ...(values.values === undefined ? {} : { values: listOf(values.values) }),
    ...(values.task === undefined
      ? {}
      : { task: oneOf('task', values.task, ['classification', 'regression'] as const) }),
    ...(values.target === undefined ? {} : { target: values.target }),
    ...(values.scores === undefined
      ? {}
      : { scores: oneOf('scores', values.scores, ['probabilities', 'logits'] as const) }),
    ...(Object.keys(outputs).length > 0 ? { outputs } : {}),
    ...(values.nullable === undefined ? {} : { nullable: listOf(values.nullable) }),
    ...(values.sample === undefined ? {} : { sample: await sampleRows(values.sample) }),
    ...(values.licence === undefined ? {} : { licence: values.licence }),
    ...(values.source === undefined ? {} : { source: values.source })
  };
  const client = await CommandClient.find(values.data);
  const model = await importOnnx(file, options).catch((error: unknown) => {
    throw error instanceof OnnxImportError ? inCommandWords(error) : error;
  });
  const bundle = importedBundle(name.data, model, null, packages());
  for (const { path: at, sha256 } of bundle.files) {
    await client.upload(sha256, bundle.contents.get(at)!);
  }
  const version = await client.call('createModelVersion', {
    params: { name: name.data },
    body: {
      files: [...bundle.files],
      run_id: null,
      session_id: null,
      description: values.description ?? ''
    }
  });
  const { signature, provenance } = model;
  console.log(`${name.data} v${version.version} registered, bundle ${bundle.digest.slice(0, 12)}`);
  console.log(`  reads     ${signature.inputs.map(input => `${input.name} (${inputType(input)})`).join(', ')}`);
  console.log(`  predicts  ${signature.target}: ${answersInWords(signature)}`);
  console.log(`  made by   ${`${provenance.producer || 'unknown'} ${provenance.producer_version}`.trim()}`);
  for (const edit of provenance.edits) {
    console.log(`  changed   ${edit}`);
  }
  return 0;
}

function answersInWords({ labels, outputs }: ModelSignature): string {
  if (labels !== null) {
    return labels.join(' or ');
  }
  return outputs.find(output => output.names)?.names?.join(', ') ?? 'a number';
}

/** `A,B,C`, or `INPUT=A,B` for each of several inputs. @throws UsageError when both are mixed. */
function inputNames(said: readonly string[]): NonNullable<ImportOptions['inputs']> {
  if (said.length === 1 && !said[0]!.includes('=')) {
    return listOf(said[0]!);
  }
  return Object.fromEntries(
    said.map(text => {
      const at = text.indexOf('=');
      if (at < 1) {
        throw new UsageError(`--inputs takes A,B,C or INPUT=A,B, not '${text}' among several.`);
      }
      const names = text.slice(at + 1);
      return [text.slice(0, at), names.endsWith('*') ? names.slice(0, -1) : listOf(names)];
    })
  );
}

/** `255`, `1`, or `MEAN/STD` of pixels from 0 to 1. @throws UsageError for anything else. */
function pixelForm(text: string): PixelOptions {
  if (text === '255') {
    return { divide: 1 };
  }
  if (text === '1') {
    return { divide: 255 };
  }
  const [mean, std, ...rest] = text.split('/').map(part => listOf(part).map(Number));
  const numbers = [...(mean ?? []), ...(std ?? [])];
  if (mean === undefined || std === undefined || rest.length > 0 || numbers.some(Number.isNaN)) {
    throw new UsageError(`--pixels takes 255, 1 or MEAN/STD, not '${text}'.`);
  }
  return { divide: 255, mean, std };
}

function listOf(text: string): string[] {
  return text.split(',').map(entry => entry.trim());
}

function oneOf<T extends string>(option: string, given: string, known: readonly T[]): T {
  const found = known.find(entry => entry === given);
  if (found === undefined) {
    throw new UsageError(`--${option} takes ${known.join(' or ')}, not '${given}'.`);
  }
  return found;
}

/** @throws UsageError when the file holds no list of rows. */
async function sampleRows(file: string): Promise<Columns> {
  let rows: unknown;
  try {
    rows = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--sample: ${file} cannot be read as JSON: ${messageOf(error)}`);
  }
  if (!Array.isArray(rows) || rows.length === 0) {
    throw new UsageError(`--sample: ${file} holds no list of rows.`);
  }
  const names = Object.keys((rows[0] ?? {}) as object);
  const columns = Columns.safeParse(
    Object.fromEntries(
      names.map(name => [
        name,
        rows.map((row: Record<string, unknown> | null) => (row && Object.hasOwn(row, name) ? row[name] : null) ?? null)
      ])
    )
  );
  if (!columns.success) {
    throw new UsageError(`--sample: ${file} holds values that are not numbers, strings or booleans.`);
  }
  return columns.data;
}

function inCommandWords(error: OnnxImportError): InvalidRequestError {
  const asked = error.questions.flatMap(({ option, example }) => optionsOf(option, example)).join(' ');
  return new InvalidRequestError(error.message, {
    remedy: asked === '' ? error.remedy : `Say it: ${asked}`,
    cause: error
  });
}

/** The question as it is typed: `--inputs …,…`. */
function optionsOf(option: Question['option'], example: Question['example']): string[] {
  if (option === 'sample') {
    return ['--sample rows.json'];
  }
  if (typeof example === 'string') {
    return [`--${option} ${example}`];
  }
  if (Array.isArray(example)) {
    return [`--${option} ${(example as readonly string[]).join(',')}`];
  }
  return Object.entries(example).map(([key, value]) => {
    const text = typeof value === 'string' ? value : (value as readonly string[]).join(',');
    if (option === 'outputs') {
      return `--${key} ${text}`;
    }
    return typeof value === 'string' ? `--${option} ${key}=NAME*` : `--${option} ${key}=${text}`;
  });
}

function packages(): Record<string, string> {
  const runtime = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return { '@slipway/server': VERSION, 'onnxruntime-node': runtime.version };
}
