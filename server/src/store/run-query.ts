export type Comparison =
  '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'ILIKE' | 'IN' | 'NOT IN' | 'IS NULL' | 'IS NOT NULL';

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
  readonly offset: number;
  /** Row id of the newest run that counts, so that runs made between two pages do not move the second. */
  readonly upTo?: number | undefined;
}
