/** Rows by the id of the run that they belong to, in their order. */
export function byRun<Row extends { readonly run: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.run);
    if (group === undefined) {
      groups.set(row.run, [row]);
    } else {
      group.push(row);
    }
  }
  return groups;
}
