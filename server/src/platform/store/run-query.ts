export type Comparison =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'LIKE'
  | 'ILIKE'
  | 'IN'
  | 'NOT IN'
  | 'IS NULL'
  | 'IS NOT NULL';

export const TEXT_ATTRIBUTES = ['run_id', 'run_name', 'user_id', 'status', 'artifact_uri'] as const;
export const NUMBER_ATTRIBUTES = ['start_time', 'end_time'] as const;
export type TextAttribute = (typeof TEXT_ATTRIBUTES)[number];
export type NumberAttribute = (typeof NUMBER_ATTRIBUTES)[number];
export type Attribute = TextAttribute | NumberAttribute;
export type DatasetField = 'name' | 'digest' | 'context';

/** A value of a run that has a row of its own. */
export interface KeyedField {
  readonly entity: 'metric' | 'param' | 'tag';
  readonly key: string;
}

/** What a run is compared by. */
export type RunField =
  | KeyedField
  | { readonly entity: 'attribute'; readonly key: Attribute }
  | { readonly entity: 'dataset'; readonly key: DatasetField };

export interface RunPredicate {
  readonly field: RunField;
  readonly comparison: Comparison;
  /** A list for IN and NOT IN; unused for IS NULL. */
  readonly value: string | number | readonly string[];
}

export interface RunOrder {
  readonly field: Exclude<RunField, { entity: 'dataset' }>;
  readonly descending: boolean;
}

export interface RunQuery {
  readonly experiments: readonly number[];
  readonly lifecycle: 'active' | 'deleted' | 'all';
  /** All of them hold. */
  readonly predicates: readonly RunPredicate[];
  /**
   * Numbers come first, then NaN, then runs without the value, in either direction. Ties go by start time, the newest
   * first, and then by id.
   */
  readonly order: readonly RunOrder[];
  readonly limit: number;
  /** Where the page before ended; absent for the first page. */
  readonly after?: RunPosition | undefined;
}

/** A run's place in an order: what it is sorted by, so that the next page begins there whatever came or went before. */
export interface RunPosition {
  /** For each order: 'NaN' of a metric is not-a-number, null a run without the value. */
  readonly values: readonly (number | string | null)[];
  readonly start_time: number;
  readonly run_id: string;
}

export interface RunPage {
  /** Row ids in order. */
  readonly ids: readonly number[];
  /** Where the page ends, when another follows. */
  readonly end: RunPosition | undefined;
}
