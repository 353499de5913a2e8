import { SlipwayError } from '@slipway/notebook';

/** Names that the engine takes for the same are equal here: it does not tell capital letters of ASCII apart. */
export function foldedName(name: string): string {
  return name.replace(/[A-Z]/g, letter => letter.toLowerCase());
}

/**
 * Refuses names of columns that a frame cannot hold: blank ones, and such that differ in capital letters only.
 *
 * @param where the header, e.g. `"sales.csv" line 1`.
 * @throws SlipwayError DATA_UNREADABLE naming the column.
 */
export function refuseNames(
  names: readonly string[],
  where: string,
  remedyOfNameless: (column: number) => string
): void {
  const seen = new Map<string, string>();
  names.forEach((name, i) => {
    const place = `${where}, column ${i + 1}`;
    if (name === '') {
      throw new SlipwayError('DATA_UNREADABLE', `${place}: the column has no name.`, { remedy: remedyOfNameless(i) });
    }
    const other = seen.get(foldedName(name));
    if (other !== undefined) {
      throw sameName(place, other, name);
    }
    seen.set(foldedName(name), name);
  });
}

function sameName(place: string, one: string, other: string): SlipwayError {
  return one === other
    ? new SlipwayError('DATA_UNREADABLE', `${place}: the name "${one}" is used twice.`, {
        remedy: 'Give every column a name of its own.'
      })
    : new SlipwayError(
        'DATA_UNREADABLE',
        `${place}: the names "${one}" and "${other}" differ in capital letters only.`,
        {
          remedy: 'Rename one of them: expressions over columns do not tell capital letters apart.'
        }
      );
}
