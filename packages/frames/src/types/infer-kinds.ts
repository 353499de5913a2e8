import { queryRows } from '../engine/engine.js';
import { longForm } from '../engine/long-form.js';
import { momentKinds } from './moments.js';
import { plainKinds, type ValueKind } from './value-kinds.js';

export interface InferOptions {
  /** 1,5 may be a number. */
  readonly hasDecimalComma: boolean;
  readonly dayFirst: boolean | undefined;
}

/** The kinds that all values of a column are of, in the order of preference; none for a text, null without a value. */
export type FittingKinds = readonly ValueKind[] | null;

/**
 * Finds what kinds the values of text columns are of. Every row of `from` counts.
 *
 * @param from SQL of a relation whose columns are texts.
 */
export async function inferKinds(
  from: string,
  columns: readonly string[],
  { hasDecimalComma, dayFirst }: InferOptions
): Promise<FittingKinds[]> {
  if (columns.length === 0) {
    return [];
  }
  const examples = new Map(
    (await queryRows(`select "column", any_value("value") as example from ${longForm(from, columns)} group by 1`)).map(
      row => [String(row['column']), String(row['example'])]
    )
  );
  const groups = new Map<string, { readonly kinds: readonly ValueKind[]; readonly columns: string[] }>();
  for (const [column, example] of examples) {
    const kinds = [...plainKinds(example, hasDecimalComma), ...momentKinds(example, dayFirst)];
    const id = kinds.map(kind => kind.id).join();
    const group = groups.get(id) ?? { kinds, columns: [] };
    groups.set(id, group);
    group.columns.push(column);
  }
  const fitting = new Map<string, readonly ValueKind[]>();
  for (const { kinds, columns: some } of groups.values()) {
    const tests = kinds.map((kind, i) => `bool_and(${kind.fits('"value"')}) as k${i}`);
    const rows =
      kinds.length === 0
        ? []
        : await queryRows(`select "column", ${tests.join(', ')} from ${longForm(from, some)} group by 1`);
    for (const row of rows) {
      fitting.set(
        String(row['column']),
        kinds.filter((_, i) => row[`k${i}`] === true)
      );
    }
  }
  return columns.map(column => (examples.has(column) ? (fitting.get(column) ?? []) : null));
}
