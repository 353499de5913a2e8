import {
  searchEntities,
  type EntityCondition,
  type EntityField,
  type EntityOrder,
  type FieldValue
} from '../../platform/store/search/conditions.js';
import type { LoggedModel, LoggedModelMetric } from './logged-models.js';

export interface DatasetChoice {
  readonly name?: string;
  readonly digest?: string;
}

export interface LoggedModelQuery {
  readonly experiments: readonly number[];
  readonly conditions: readonly EntityCondition[];
  /** Only models that were measured on one of them; metrics are then compared on these only. */
  readonly datasets: readonly DatasetChoice[];
  readonly order: readonly (EntityOrder & { readonly dataset: DatasetChoice })[];
  readonly limit: number;
  readonly offset: number;
}

const CREATED: EntityField = { entity: 'attribute', key: 'creation_timestamp_ms' };
const ID: EntityField = { entity: 'attribute', key: 'model_id' };

/** The newest first unless another order is given. */
export function searchLoggedModels(models: readonly LoggedModel[], query: LoggedModelQuery) {
  const { datasets, conditions, limit, offset } = query;
  const measured =
    datasets.length === 0 || conditions.some(({ field }) => field.entity === 'metric')
      ? models
      : models.filter(model => model.metrics.some(metric => isOnOne(metric, datasets)));
  const fitting = searchEntities(measured, { conditions, order: [], limit: Infinity, offset: 0 }, (model, field) =>
    valuesOf(model, field, datasets)
  ).found;
  const ties = [
    { field: CREATED, descending: true, dataset: {} },
    { field: ID, descending: false, dataset: {} }
  ];
  const order = [...query.order, ...ties];
  const datasetOf = new Map(order.map(({ field, dataset }) => [field, dataset]));
  return searchEntities(fitting, { conditions: [], order, limit, offset }, (model, field) =>
    valuesOf(model, field, [datasetOf.get(field) ?? {}])
  );
}

/** Values of a metric come in the order in which they were measured. */
function valuesOf(
  model: LoggedModel,
  { entity, key }: EntityField,
  datasets: readonly DatasetChoice[]
): FieldValue | readonly FieldValue[] {
  switch (entity) {
    case 'attribute':
      return attributeOf(model, key);
    case 'param':
      return model.params.find(param => param.key === key)?.value ?? null;
    case 'tag':
      return model.tags.find(tag => tag.key === key)?.value ?? null;
    case 'metric':
      return model.metrics
        .filter(metric => metric.name === key && (datasets.length === 0 || isOnOne(metric, datasets)))
        .sort((a, b) => a.ts - b.ts || a.step - b.step)
        .map(metric => (metric.value === 'NaN' ? null : metric.value));
  }
}

function attributeOf(model: LoggedModel, key: string): FieldValue {
  switch (key) {
    case 'name':
      return model.name;
    case 'model_id':
      return model.id;
    case 'source_run_id':
      return model.source_run;
    case 'model_type':
      return model.model_type;
    case 'experiment_id':
      return String(model.exp);
    case 'status':
      return model.status.replace('LOGGED_MODEL_', '');
    case 'creation_timestamp_ms':
      return model.created_at;
    default:
      return model.updated_at;
  }
}

function isOnOne(metric: LoggedModelMetric, datasets: readonly DatasetChoice[]): boolean {
  return datasets.some(
    ({ name, digest }) =>
      (name === undefined || metric.dataset_name === name) && (digest === undefined || metric.dataset_digest === digest)
  );
}
