import { SlipwayError } from '@slipway/notebook';

export interface KMeansOptions {
  /** Number of clusters. */
  k: number;
  /** How often it starts anew; the best is kept. Default 10. */
  starts?: number;
}

export interface PcaOptions {
  /** How many components are kept. */
  components: number;
}

/** A model that finds structure in rows without being told what to predict. */
export interface KMeansSpec {
  readonly kind: 'kMeans';
  readonly options: KMeansOptions;
}
export interface PcaSpec {
  readonly kind: 'pca';
  readonly options: PcaOptions;
}
export type StructureSpec = KMeansSpec | PcaSpec;

/**
 * k-means clusters: `slip.fit(slip.kMeans({ k: 3 }), { train })`. Standardize the columns before.
 *
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const seasons = await slip.fit(slip.kMeans({ k: 3 }), {
 *   prep: slip.prep().standardize('temp_max', 'wind'),
 *   train: weather
 * });
 */
export function kMeans(options: KMeansOptions): KMeansSpec {
  whole('k', options.k, 2);
  whole('starts', options.starts ?? 1, 1);
  return { kind: 'kMeans', options };
}

/**
 * Principal components: `slip.fit(slip.pca({ components: 2 }), { train })`.
 *
 * @example
 * const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
 * const components = await slip.fit(slip.pca({ components: 2 }), {
 *   prep: slip.prep().standardize('temp_max', 'temp_min', 'wind'),
 *   train: weather
 * });
 */
export function pca(options: PcaOptions): PcaSpec {
  whole('components', options.components, 1);
  return { kind: 'pca', options };
}

export function isStructureSpec(value: unknown): value is StructureSpec {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && (value.kind === 'kMeans' || value.kind === 'pca')
  );
}

function whole(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new SlipwayError('OPTION_INVALID', `${name} must be a whole number of at least ${least}, not ${value}.`);
  }
}
