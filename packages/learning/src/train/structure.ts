import type { Columns, Evaluation, ModelSignature, ModelTestResult, TestVectors } from '@slipway/contract';
import type { Frame, PlainValue } from '@slipway/frames';
import { type MimeBundle, renderCard, renderTable, textTable } from '@slipway/notebook';
import { testRows } from '../model-tests/index.js';
import { silhouette } from '@slipway/statistics';
import { fitKMeans, type KMeans } from '../models/k-means.js';
import { fitPca, type PrincipalComponents } from '../models/pca.js';
import type { KMeansSpec, PcaSpec, StructureSpec } from '../models/structure-specs.js';
import { OnnxGraph } from '@slipway/onnx/graph';
import { addPreprocessing } from '../export/preprocessing.js';
import type { FittedPrep, Prep } from '../prep/prep.js';
import type { TrainingLog } from '../runs/training-log.js';
import { columnsOf } from '../evaluation/evaluate.js';
import { splitOf, trainingFrame } from '../examples/examples.js';
import { counted, formatNumber } from '@slipway/wording';

/** Options of `slip.fit` for models that are not told what to predict. */
export interface StructureOptions {
  train: Frame;
  /** Rows on which the result is measured; default: those of `train`. */
  test?: Frame;
  /** Which columns are looked at, and how; default: all, numbers standardized, text one-hot encoded. */
  prep?: Prep;
  seed?: number;
}

const DEFAULT_SEED = 7;
/** The silhouette compares all rows with all others. */
const MOST_ROWS = 2000;
const VECTOR_ROWS = 64;

/** What belongs to a structure that was found, whatever it is. */
export interface StructureParts {
  readonly prep: FittedPrep;
  readonly frame: NonNullable<ModelSignature['training_frame']>;
  /** How it did on the test rows, else on those of the training; there is no truth to compare with. */
  readonly evaluation: Evaluation;
  readonly testVectors: TestVectors;
  readonly runId: string;
  /** What the model tests of the rows found. */
  readonly tests: readonly ModelTestResult[];
}

/** Clusters of rows. */
export class Clustering {
  constructor(
    readonly model: KMeans,
    readonly parts: StructureParts,
    /** Rows of the training in each cluster. */
    readonly sizes: readonly number[]
  ) {}

  get prep(): FittedPrep {
    return this.parts.prep;
  }

  /** Mean silhouette of (at most 2000) test rows: 1 is far apart, 0 touching; NaN when they are all in one cluster. */
  get silhouette(): number {
    return this.parts.evaluation.metrics['silhouette'] ?? NaN;
  }

  /** The cluster of each row of a frame, from 0. */
  async assign(frame: Frame): Promise<number[]> {
    return this.model.assign(await this.prep.transform(frame));
  }

  /** The clustering with its preprocessing as ONNX, with the outputs `cluster` and `distances`. */
  onnx(): Uint8Array {
    return written(this.prep, 'clusters', (graph, input) => this.model.write(graph, input));
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    const rows = this.sizes.map((size, cluster) => [String(cluster), String(size)]);
    const subtitle = `silhouette ${formatNumber(this.silhouette)} · inertia ${formatNumber(this.model.inertia)} · ${counted(this.model.rounds, 'round')}`;
    return table(`${this.model.k} clusters`, subtitle, ['cluster', 'training rows'], rows);
  }
}

/** Rows along their principal components. */
export class Projection {
  constructor(
    readonly model: PrincipalComponents,
    readonly parts: StructureParts
  ) {}

  get prep(): FittedPrep {
    return this.parts.prep;
  }

  /** Share of the variance along each component. */
  get explained(): number[] {
    return this.model.explained;
  }

  /** Rows of a frame along the components: one list for each row. */
  async transform(frame: Frame): Promise<number[][]> {
    const flat = this.model.transform(await this.prep.transform(frame));
    const { count } = this.model;
    return Array.from({ length: flat.length / count }, (_, row) =>
      Array.from(flat.subarray(row * count, (row + 1) * count))
    );
  }

  /** The projection with its preprocessing as ONNX, with the output `components`. */
  onnx(): Uint8Array {
    return written(this.prep, 'components', (graph, input) => this.model.write(graph, input));
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    let sum = 0;
    const rows = this.explained.map((share, i) => [String(i + 1), formatNumber(share), formatNumber((sum += share))]);
    const subtitle = `of ${this.model.means.length} numbers in each row`;
    return table(`${rows.length} principal components`, subtitle, ['component', 'share of variance', 'together'], rows);
  }
}

/** Fits a model that finds structure, and logs what it found. */
export async function fitStructure(
  run: TrainingLog,
  model: StructureSpec,
  options: StructureOptions,
  prep: FittedPrep
): Promise<Clustering | Projection> {
  const rows = await prep.transform(options.train);
  run.logParams({ model: model.kind, ...model.options, features: prep.columns.map(column => column.name).join(',') });
  const found =
    model.kind === 'kMeans'
      ? await cluster(run, model, options, prep, rows)
      : await project(run, model, options, prep, rows);
  run.logMetrics(found.parts.evaluation.metrics, 0);
  return found;
}

async function cluster(
  run: TrainingLog,
  { options: { k, starts = 10 } }: KMeansSpec,
  options: StructureOptions,
  prep: FittedPrep,
  rows: Float32Array
): Promise<Clustering> {
  const { seed = DEFAULT_SEED } = options;
  run.logParams({ seed });
  const model = fitKMeans(rows, prep.width, { k, starts, seed });
  const sizes = new Array<number>(k).fill(0);
  for (const own of model.assign(rows)) {
    sizes[own]!++;
  }
  const measured = await measuredRows(options, prep);
  const distances = model.distances(measured);
  const clusters = model.assign(measured);
  const inertia = clusters.reduce((sum, own, row) => sum + distances[row * k + own]! ** 2, 0);
  const apart = silhouette(measured, prep.width, clusters);
  const judged: Judged = Number.isNaN(apart)
    ? { metric: 'inertia', higher_is_better: false, value: inertia, metrics: { inertia } }
    : { metric: 'silhouette', higher_is_better: true, value: apart, metrics: { silhouette: apart, inertia } };
  const parts = await partsOf(run, options, prep, judged, vectors => ({
    cluster: { shape: [vectors.length / prep.width], data: model.assign(vectors) },
    distances: { shape: [vectors.length / prep.width, k], data: Array.from(model.distances(vectors)) }
  }));
  return new Clustering(model, parts, sizes);
}

async function project(
  run: TrainingLog,
  { options: { components } }: PcaSpec,
  options: StructureOptions,
  prep: FittedPrep,
  rows: Float32Array
): Promise<Projection> {
  const model = fitPca(rows, prep.width, components);
  const value = model.kept(await measuredRows(options, prep));
  const judged: Judged = {
    metric: 'explained_variance',
    higher_is_better: true,
    value,
    metrics: { explained_variance: value }
  };
  const parts = await partsOf(run, options, prep, judged, vectors => ({
    components: { shape: [vectors.length / prep.width, components], data: Array.from(model.transform(vectors)) }
  }));
  return new Projection(model, parts);
}

async function measuredRows({ test, train }: StructureOptions, prep: FittedPrep): Promise<Float32Array> {
  return (await prep.transform(test ?? train)).subarray(0, MOST_ROWS * prep.width);
}

type Judged = Pick<Evaluation, 'metric' | 'higher_is_better' | 'value' | 'metrics'>;

async function partsOf(
  run: TrainingLog,
  { train, test }: StructureOptions,
  prep: FittedPrep,
  judged: Judged,
  answers: (rows: Float32Array) => TestVectors['outputs']
): Promise<StructureParts> {
  const measured = test ?? train;
  const names = prep.columns.map(column => column.name);
  const columns = await measured.values(names);
  const firstRows = (most: number): Columns =>
    columnsOf(
      names,
      columns.map(column => column.slice(0, most))
    );
  const rows = Math.min(VECTOR_ROWS, measured.rowCount);
  const vectors = firstRows(rows);
  const split = splitOf(measured);
  return {
    prep,
    runId: run.id,
    frame: {
      ...trainingFrame(train, measured),
      ...(test ? {} : { split: 'none: measured on the training rows', test_rows: 0 })
    },
    evaluation: {
      ...judged,
      split: test ? split : 'the training rows',
      rows: Math.min(MOST_ROWS, measured.rowCount),
      inputs: firstRows(MOST_ROWS),
      truth: [],
      baselines: []
    },
    testVectors: {
      rows,
      inputs: vectors,
      outputs: answers(
        prep.transformColumns(
          names.map(name => vectors[name] as PlainValue[]),
          rows,
          measured.name
        )
      )
    },
    tests: await testRows({ train, test: test ?? null, inputs: names })
  };
}

function written(prep: FittedPrep, name: string, write: (graph: OnnxGraph, input: string) => void): Uint8Array {
  const graph = new OnnxGraph();
  write(graph, addPreprocessing(graph, prep));
  return graph.finish(name, {});
}

function table(title: string, subtitle: string, header: string[], rows: string[][]): MimeBundle {
  return {
    'text/html': renderCard({ title, subtitle, body: renderTable(header, rows) }),
    'text/plain': `${title}: ${subtitle}\n${textTable(header, rows)}`
  };
}
