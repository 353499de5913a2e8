import type { Frame } from '../data/frame.js';
import { formatNumber, renderCard, renderTable, textTable } from '../display/html.js';
import { silhouette } from '../metrics/clustering.js';
import { fitKMeans, type KMeans } from '../models/k-means.js';
import { fitPca, type PrincipalComponents } from '../models/pca.js';
import type { KMeansSpec, PcaSpec, StructureSpec } from '../models/structure-specs.js';
import type { MimeBundle } from '../notebook/context.js';
import { OnnxGraph } from '../onnx/graph.js';
import { addPreprocessing } from '../onnx/preprocessing.js';
import type { FittedPrep, Prep } from '../prep/prep.js';
import type { Run } from '../runs/run.js';

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

/** Clusters of rows. */
export class Clustering {
  constructor(
    readonly model: KMeans,
    readonly prep: FittedPrep,
    /** Rows of the training in each cluster. */
    readonly sizes: readonly number[],
    /** Mean silhouette of (at most 2000) test rows: 1 is far apart, 0 touching. */
    readonly silhouette: number
  ) {}

  /** The cluster of each row of a frame, from 0. */
  async assign(frame: Frame): Promise<number[]> {
    return this.model.assign(await this.prep.transform(frame));
  }

  /** The clustering with its preprocessing as ONNX, with the outputs `cluster` and `distance`. */
  onnx(): Uint8Array {
    return written(this.prep, 'clusters', (graph, input) => this.model.write(graph, input));
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    const rows = this.sizes.map((size, cluster) => [String(cluster), String(size)]);
    const subtitle = `silhouette ${formatNumber(this.silhouette)} · inertia ${formatNumber(this.model.inertia)} · ${this.model.rounds} rounds`;
    return table(`${this.model.k} clusters`, subtitle, ['cluster', 'training rows'], rows);
  }
}

/** Rows along their principal components. */
export class Projection {
  constructor(
    readonly model: PrincipalComponents,
    readonly prep: FittedPrep
  ) {}

  /** Share of the variance that lies along each component. */
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
  run: Run,
  model: StructureSpec,
  options: StructureOptions,
  prep: FittedPrep
): Promise<Clustering | Projection> {
  const rows = await prep.transform(options.train);
  run.logParams({ model: model.kind, ...model.options, features: prep.columns.map(column => column.name).join(',') });
  return model.kind === 'kMeans' ? cluster(run, model, options, prep, rows) : project(run, model, prep, rows);
}

async function cluster(
  run: Run,
  { options: { k, starts = 10 } }: KMeansSpec,
  { test, train, seed = DEFAULT_SEED }: StructureOptions,
  prep: FittedPrep,
  rows: Float32Array
): Promise<Clustering> {
  const model = fitKMeans(rows, prep.width, { k, starts, seed });
  const sizes = new Array<number>(k).fill(0);
  for (const own of model.assign(rows)) sizes[own]!++;
  const measured = (await prep.transform(test ?? train)).subarray(0, MOST_ROWS * prep.width);
  const apart = silhouette(measured, prep.width, model.assign(measured));
  run.logParams({ seed });
  run.logMetrics({ inertia: model.inertia, ...(Number.isNaN(apart) ? {} : { silhouette: apart }) }, 0);
  return new Clustering(model, prep, sizes, apart);
}

function project(run: Run, { options }: PcaSpec, prep: FittedPrep, rows: Float32Array): Projection {
  const model = fitPca(rows, prep.width, options.components);
  run.logMetrics({ explained_variance: model.explained.reduce((a, b) => a + b, 0) }, 0);
  return new Projection(model, prep);
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
