import type { VegaLiteSpec } from '@slipway/notebook';

/** Keys of a Vega-Lite specification under which the names of fields are. */
const FIELD_KEYS = new Set(
  (
    'field fields groupby fold flatten impute key keyvals lookup pivot value quantile regression loess density on stack ' +
    'row column repeat layer latitude longitude'
  ).split(' ')
);

/**
 * A specification in which the columns of a frame are meant by their names. Vega-Lite reads `petal.length` and `x[0]` as
 * paths into nested values; frames have none, so names of columns with such characters are escaped, and keep their
 * name as the title.
 */
export function withColumnNames(spec: VegaLiteSpec, columns: readonly string[]): VegaLiteSpec {
  const special = new Set(columns.filter(name => /[.[\]\\'"]/.test(name)));
  return special.size === 0 ? spec : (rewritten(spec, null, special) as VegaLiteSpec);
}

function rewritten(value: unknown, key: string | null, special: ReadonlySet<string>): unknown {
  if (typeof value === 'string') {
    return key !== null && FIELD_KEYS.has(key) && special.has(value) ? escaped(value) : value;
  }
  if (Array.isArray(value)) {
    return value.map(one => rewritten(one, key, special));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).map(([name, inner]) => [name, rewritten(inner, name, special)] as const);
  const { field } = value as { field?: unknown };
  const isTitled = 'title' in value || !('type' in value || 'aggregate' in value || 'bin' in value);
  const title = typeof field === 'string' && special.has(field) && !isTitled ? [['title', field] as const] : [];
  return Object.fromEntries([...entries, ...title]);
}

function escaped(name: string): string {
  return name.replace(/[.[\]\\'"]/g, '\\$&');
}
