import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelSignature, Provenance, SignatureInput, TestVectors } from '@slipway/contract';
import { labelsIn, openOutputs, type FileLabels } from '../wire/containers.js';
import { OnnxImportError } from './errors.js';
import { takeInExternalData } from '../wire/external-data.js';
import { answersOfFile, namedFeeds } from './feeds.js';
import { planInputs, widenInputs, writeInputs } from './inputs.js';
import { useNeutralLocale } from './locale.js';
import { Attributes } from '../wire/graph-nodes.js';
import { ModelDraft } from './model-draft.js';
import type { ImportOptions } from './options.js';
import { planOutputs, writeOutputs, type OutputPlan } from './outputs.js';
import { expectedAnswers, largestGap, otherLabels } from './parity.js';
import { LoadedGraph, refuseForeignOperators, type GraphTensor } from './runtime.js';
import { counted, messageOf } from '@slipway/wording';
import { WireFormatError } from '../wire/protobuf.js';
import { givenRows, madeUpRows, type SampleRows } from './sample-rows.js';

/** A foreign model, ready to be put into a bundle. */
export interface ImportedModel {
  readonly onnx: Uint8Array;
  readonly signature: ModelSignature;
  readonly testVectors: TestVectors;
  readonly provenance: Provenance;
  readonly opset: number;
}

/** Largest relative difference between the file as it came and as it is served: |a − b| / max(1, |a|). */
export const IMPORT_TOLERANCE = 1e-6;
/** Rows asked alone may differ from the same rows asked together by rounding. */
const ALONE_TOLERANCE = 1e-4;
/** Rows that are asked alone. */
const ALONE = 4;

/**
 * Reads an ONNX file that somebody else made, gives it named inputs with one value in each row and the outputs that services
 * answer, and proves on some rows that it still says what it said. Nothing is written.
 *
 * @throws OnnxImportError ONNX_INVALID, ONNX_UNSUPPORTED for what services cannot run, IMPORT_UNCLEAR with the options
 * that tell what the file does not.
 */
export async function importOnnx(file: string, options: ImportOptions = {}): Promise<ImportedModel> {
  try {
    return await bringIn(file, options);
  } catch (cause) {
    if (!(cause instanceof WireFormatError)) {
      throw cause;
    }
    throw new OnnxImportError('ONNX_INVALID', `The file is not an ONNX model: ${cause.message}.`, { cause });
  }
}

async function bringIn(file: string, options: ImportOptions): Promise<ImportedModel> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new OnnxImportError('ONNX_INVALID', `${file} cannot be read: ${messageOf(cause)}.`, { cause });
  });
  const contained = await takeInExternalData(bytes, path.dirname(path.resolve(file)));
  const draft = ModelDraft.parse(contained.model);
  refuseForeignOperators(draft);
  const widened = widenInputs(draft);
  const plans = planInputs(draft, options, widened.limits);
  const opened = openOutputs(draft, options);
  const fileLabels = opened.labels ?? labelsOfClassifier(draft);
  const sample = options.sample ? givenRows(plans, options.sample) : madeUpRows(draft, plans);

  const reference = await loadReference(draft, opened.edits);
  const before = await answersOfFile(reference, plans, sample.columns, sample.rows)
    .catch((cause: unknown) => {
      throw noAnswers(sample, cause);
    })
    .finally(() => reference.release());
  refuseUnequalRows(before, sample.rows);
  const outputPlan = planOutputs(draft, before, sample.rows, fileLabels, options);

  const inputs = plans.flatMap(plan => plan.columns);
  const inputEdits = writeInputs(draft, plans);
  const taken = new Set(inputs.map(input => input.name));
  const outputs = writeOutputs(draft, outputPlan, before, taken);
  const onnx = draft.finish();
  const testVectors: TestVectors = {
    rows: sample.rows,
    inputs: sample.columns,
    ...expectedAnswers(outputPlan, outputs, before, sample.rows)
  };
  await prove(
    onnx,
    draft,
    inputs,
    outputPlan,
    outputs.find(output => output.role === 'label')?.name,
    sample,
    testVectors,
    plans.some(plan => plan.fixedRows !== null)
  );
  const edits = [
    ...(contained.files.length > 0 ? [`The tensors in ${contained.files.join(', ')} were embedded in the file.`] : []),
    ...opened.edits,
    ...widened.edits,
    ...inputEdits,
    ...formEdits(outputPlan),
    ...outputPlan.remarks
  ];
  return {
    onnx,
    opset: draft.opsets.get('') ?? 0,
    signature: {
      task: outputPlan.task,
      target: outputPlan.target,
      labels: outputPlan.labels === null ? null : [...outputPlan.labels],
      inputs: withRanges(inputs, sample),
      outputs,
      training_frame: null
    },
    testVectors,
    provenance: provenanceOf(file, bytes, draft, edits, sample, options)
  };
}

async function loadReference(draft: ModelDraft, edits: string[]): Promise<LoadedGraph> {
  try {
    return await LoadedGraph.load(draft.finish(), draft);
  } catch (error) {
    if (!(error instanceof OnnxImportError) || !messageOf(error.cause).includes('locale')) {
      throw error;
    }
    edits.push(useNeutralLocale(draft));
    return LoadedGraph.load(draft.finish(), draft);
  }
}

function labelsOfClassifier(draft: ModelDraft): FileLabels | null {
  const found = draft.nodes
    .filter(node => node.domain === 'ai.onnx.ml')
    .map(node => labelsIn(new Attributes(node), ['classlabels_strings'], ['classlabels_int64s', 'classlabels_ints']))
    .filter(labels => labels !== null);
  const different = new Set(found.map(labels => JSON.stringify(labels)));
  return different.size === 1 ? found[0]! : null;
}

function noAnswers(sample: SampleRows, cause: unknown): OnnxImportError {
  const why = messageOf(cause);
  if (sample.origin === 'sample') {
    return new OnnxImportError('ONNX_UNSUPPORTED', `The model fails on the rows of the sample: ${why}`, { cause });
  }
  return new OnnxImportError('IMPORT_UNCLEAR', `The model could not be tried: it fails on generated rows. ${why}`, {
    questions: [{ option: 'sample', example: 'some rows that it knows' }],
    cause
  });
}

function refuseUnequalRows(answers: Readonly<Record<string, GraphTensor>>, rows: number): void {
  for (const [name, { shape, data }] of Object.entries(answers)) {
    if (data.length % rows === 0 && data.length > 0 && (shape[0] ?? 1) % rows === 0) {
      continue;
    }
    throw new OnnxImportError(
      'ONNX_UNSUPPORTED',
      `The output "${name}" has the shape [${shape.join(', ')}] for ${counted(rows, 'row')}: it does not answer each row.`
    );
  }
}

/** Asks the new graph about all rows together, and about some alone. */
async function prove(
  onnx: Uint8Array,
  draft: ModelDraft,
  inputs: readonly SignatureInput[],
  { labels }: OutputPlan,
  label: string | undefined,
  sample: SampleRows,
  vectors: TestVectors,
  hadFixedRows: boolean
): Promise<void> {
  const graph = await LoadedGraph.load(onnx, draft);
  const ask = (from: number, to: number): Promise<Record<string, GraphTensor>> =>
    graph.run(namedFeeds(inputs, sample.columns, from, to));
  const gapOf = (answers: Record<string, GraphTensor>, fromRow: number): number => {
    const said = label === undefined ? [] : (answers[label]!.data as readonly string[]);
    const others = otherLabels(vectors, labels ?? [], said, ALONE_TOLERANCE, fromRow);
    return others.length > 0 ? Infinity : largestGap(vectors, answers, fromRow);
  };
  try {
    const together = await ask(0, sample.rows).catch((cause: unknown) => {
      const builtIn = hadFixedRows ? 'its number of rows is built into the graph' : 'it fails on several rows';
      throw new OnnxImportError(
        'ONNX_UNSUPPORTED',
        `The model cannot answer several rows at once: ${builtIn}. ${messageOf(cause)}`,
        {
          remedy:
            'Export it again with an open first dimension (dynamic_axes, or dynamic_shapes of torch.onnx.export).',
          cause
        }
      );
    });
    const gap = gapOf(together, 0);
    if (!(gap <= IMPORT_TOLERANCE)) {
      throw new OnnxImportError(
        'ONNX_UNSUPPORTED',
        Number.isFinite(gap)
          ? `The model as served differs from the file by ${gap.toExponential(1)} (allowed: ${IMPORT_TOLERANCE}).`
          : 'The model as served gives other labels than the file, or NaN.',
        {
          remedy: 'Nothing was written. Please report which tool wrote this file.'
        }
      );
    }
    for (let row = 0; row < Math.min(ALONE, sample.rows); row++) {
      const apart = gapOf(await ask(row, row + 1), row);
      if (!(apart <= ALONE_TOLERANCE)) {
        const by = Number.isFinite(apart) ? ` (by ${apart.toExponential(1)})` : '';
        throw new OnnxImportError(
          'ONNX_UNSUPPORTED',
          `The output of the model for a row depends on the other rows of the request${by}.`,
          {
            remedy: 'Export it for inference: in PyTorch call model.eval() first.'
          }
        );
      }
    }
  } finally {
    await graph.release();
  }
}

function formEdits({ probabilities }: OutputPlan): string[] {
  if (probabilities?.form === 'softmax') {
    return [`A softmax converts the logits of ${probabilities.output} to probabilities.`];
  }
  if (probabilities?.form === 'sigmoid') {
    return [`A sigmoid converts the logits of ${probabilities.output} to probabilities.`];
  }
  return [];
}

/** Of given rows the range is known; generated ones say nothing. */
function withRanges(inputs: readonly SignatureInput[], sample: SampleRows): SignatureInput[] {
  return inputs.map(input => {
    const numbers = sample.columns[input.name]!.flat().filter(
      value => typeof value === 'number' && Number.isFinite(value)
    ) as number[];
    if (input.format === 'image' || sample.origin === 'generated' || numbers.length === 0) {
      return { ...input };
    }
    const [min, max] = numbers.reduce(([low, high], n) => [Math.min(low, n), Math.max(high, n)], [Infinity, -Infinity]);
    return { ...input, range: { min, max } };
  });
}

function provenanceOf(
  file: string,
  bytes: Uint8Array,
  draft: ModelDraft,
  edits: string[],
  sample: SampleRows,
  { licence, source }: ImportOptions
): Provenance {
  return {
    file: path.basename(file),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    size: bytes.length,
    producer: draft.producer,
    producer_version: draft.producerVersion,
    domain: draft.domain,
    model_version: draft.modelVersion,
    documentation: draft.documentation,
    ir_version: draft.irVersion,
    opsets: Object.fromEntries([...draft.opsets].map(([domain, version]) => [domain || 'ai.onnx', version])),
    metadata: draft.metadata,
    licence: licence ?? null,
    source: source ?? null,
    edits,
    vectors: sample.origin
  };
}
