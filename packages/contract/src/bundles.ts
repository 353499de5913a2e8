import { z } from 'zod';
import { Column, DatasetVersionRef } from './datasets.js';
import { namedRecord } from './named-record.js';
import { BundleDigest, RelativePath, RunId, Sha256, Timestamp } from './scalars.js';

/** Files of a bundle by their names inside it; `evaluation` only an imported model may lack. */
export const BUNDLE_FILES = {
  model: 'model.onnx',
  signature: 'signature.json',
  testVectors: 'test-vectors.json',
  evaluation: 'evaluation.json',
  environment: 'environment.json',
  card: 'README.md'
} as const;

/** The scoring module of a bundle that has one: functions around the model, for plain `/predict` requests. */
export const SCORING_FILE = 'scoring.mjs';

/** Provenance of a bundle whose graph was not trained here. */
export const PROVENANCE_FILE = 'provenance.json';

/** ONNX element types that services accept, named as the Open Inference Protocol names them. */
export const TensorType = z.enum(['BOOL', 'INT32', 'INT64', 'FP32', 'FP64', 'BYTES']);
export type TensorType = z.infer<typeof TensorType>;

/**
 * One named input of the ONNX graph. Shape [-1, 1]: one column of the training frame, a value in each row. Any other shape,
 * e.g. [-1, 28, 28, 1]: each row is a tensor of that many numbers.
 */
export const SignatureInput = z.object({
  name: z.string().min(1),
  datatype: TensorType,
  shape: z.array(z.number().int()).describe('-1 is the row dimension; the others are fixed.'),
  nullable: z.boolean().describe('A missing value is filled inside the graph; otherwise it is refused.'),
  range: z
    .object({ min: z.number(), max: z.number() })
    .nullable()
    .describe('Smallest and largest value of the training rows.'),
  limits: z
    .object({ min: z.number(), max: z.number() })
    .optional()
    .describe('What the numbers of the graph can hold, where that is less than the datatype says; others are refused.'),
  format: z
    .enum(['moment', 'image'])
    .optional()
    .describe(
      'moment: a text that is a date (2024-01-31) or a time (2024-01-31T18:30:00), without a zone or in UTC. ' +
        'image: pixels from 0 to 255, shape [-1, height, width, channels]; services also take image files.'
    )
});
export type SignatureInput = z.infer<typeof SignatureInput>;

/** The task of a model: a class, a quantity or several, the cluster of a row, or the row along other axes. */
export const ModelTask = z.enum(['classification', 'regression', 'clustering', 'projection']);
export type ModelTask = z.infer<typeof ModelTask>;

export const SignatureOutput = z.object({
  name: z.string().min(1),
  datatype: TensorType,
  shape: z.array(z.number().int()),
  role: z.enum(['probabilities', 'label', 'value', 'cluster', 'distances', 'components']),
  names: z
    .array(z.string())
    .optional()
    .describe('What the numbers of a row are, in their order: several values, the clusters of distances, components.')
});
export type SignatureOutput = z.infer<typeof SignatureOutput>;

export const ModelSignature = z.object({
  task: ModelTask,
  target: z.string().describe('What is predicted, in one word; of clusters and components no column of the frame.'),
  labels: z
    .array(z.string())
    .nullable()
    .describe('Class labels in the order of the probabilities; null for everything but classes.'),
  inputs: z.array(SignatureInput).min(1),
  outputs: z.array(SignatureOutput).min(1),
  training_frame: z
    .object({
      columns: z.array(Column).describe('Every column of the frame that was trained on, target included.'),
      dataset: DatasetVersionRef.nullable(),
      split: z.string().describe('In words, e.g. "by time, last 20 %"'),
      train_rows: z.number().int(),
      test_rows: z.number().int()
    })
    .nullable()
    .describe('null: the model was imported, and what it was trained on is not known here.')
});
export type ModelSignature = z.infer<typeof ModelSignature>;

/**
 * Column-wise rows: one array per input name, all of one length. `null` is a missing value; a row of a tensor is the list of
 * its numbers, row-major.
 */
export const Columns = namedRecord(
  z.array(z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(z.number())]))
);
export type Columns = z.infer<typeof Columns>;

/** Rows and the answers the notebook's own model gave to them, before export. Outputs are flat, row-major. */
export const TestVectors = z.object({
  rows: z.number().int().positive(),
  inputs: Columns,
  outputs: z.record(z.string(), z.object({ shape: z.array(z.number().int()), data: z.array(z.number()) })),
  labels: z.array(z.string()).optional().describe('The label of each row, compared exactly; of classifiers only.')
});
export type TestVectors = z.infer<typeof TestVectors>;

export const BaselineResult = z.object({
  name: z.string().describe('majority, persistence, mean, …'),
  description: z.string(),
  value: z.number(),
  predictions: z.array(z.union([z.number(), z.string()])).describe('One per evaluation row.')
});
export type BaselineResult = z.infer<typeof BaselineResult>;

/**
 * The test split with the truth and what the baselines say, so that the comparison can be computed again from the
 * bundle alone.
 */
export const Evaluation = z.object({
  metric: z.string().describe('The metric that decides: accuracy, rmse, …'),
  higher_is_better: z.boolean(),
  value: z.number(),
  interval: z
    .tuple([z.number(), z.number()])
    .optional()
    .describe('95 % confidence interval of the value, from the test rows.'),
  metrics: z.record(z.string(), z.number()),
  split: z.string(),
  rows: z.number().int(),
  test_rows: z
    .number()
    .int()
    .optional()
    .describe('Rows that the metrics are of, where only a sample of them is kept here: `rows` of them, taken evenly.'),
  inputs: Columns,
  truth: z
    .array(z.union([z.number(), z.string()]))
    .describe('Empty where nothing is known to be true: clusters, components.'),
  baselines: z.array(BaselineResult)
});
export type Evaluation = z.infer<typeof Evaluation>;

/** What is known of an imported graph, and what was changed in it. */
export const Provenance = z.object({
  file: z.string().describe('Name of the file that was imported.'),
  sha256: Sha256.describe('Of that file as it came.'),
  size: z.number().int().nonnegative(),
  producer: z.string().describe('What wrote it, as it says itself.'),
  producer_version: z.string(),
  domain: z.string(),
  model_version: z.number().int(),
  documentation: z.string(),
  ir_version: z.number().int(),
  opsets: z
    .record(z.string(), z.number().int())
    .describe('Version of each operator set; "ai.onnx" is the default one.'),
  metadata: z.record(z.string(), z.string()).describe('The metadata properties of the file.'),
  licence: z.string().nullable().describe('As the person says who imported it.'),
  source: z.string().nullable().describe('Where it was got from, as the person says who imported it.'),
  edits: z.array(z.string()).describe('What the import changed in the graph, in words.'),
  vectors: z.enum(['generated', 'sample']).describe('Whether the rows of the test vectors were made up or given.')
});
export type Provenance = z.infer<typeof Provenance>;

export const BundleEnvironment = z.object({
  runtime: z.string(),
  packages: z.record(z.string(), z.string()),
  backend: z.string().describe('What trained it: cpu, wasm, …'),
  onnx: z.object({ opset: z.number().int(), ir_version: z.number().int() })
});
export type BundleEnvironment = z.infer<typeof BundleEnvironment>;

export const BundleFile = z.object({ path: RelativePath, sha256: Sha256, size: z.number().int().nonnegative() });
export type BundleFile = z.infer<typeof BundleFile>;

/**
 * A stored bundle. `digest` is the SHA-256 of the checksum list: one line `<sha256>  <path>\n` per file, ordered by path
 * in code-unit order (the format of `sha256sum`).
 */
export const Bundle = z.object({ digest: BundleDigest, files: z.array(BundleFile), created_at: Timestamp });
export type Bundle = z.infer<typeof Bundle>;

export const NewModelVersion = z.object({
  files: z.array(BundleFile).min(1).max(1000).optional().describe('Default: the bundle that the run has stored.'),
  run_id: RunId.nullable(),
  session_id: z.string().nullable(),
  description: z.string().max(100_000)
});
export type NewModelVersion = z.infer<typeof NewModelVersion>;
