import { SlipwayError } from '@slipway/notebook';
import type { DataSource } from '../sources/source.js';
import type { CsvHeader } from './csv-header.js';
import { messageOf } from '@slipway/wording';

const REMEDY =
  'Fix the line in the file (or the program that wrote it) and run the cell again; nothing was registered.';

/** What the engine says of a damaged CSV file, with the line and the column. */
export function parseError({ named }: DataSource, { names, delimiter }: CsvHeader, error: unknown): SlipwayError {
  const message = messageOf(error);
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  const where = line ? `"${named}" line ${line}` : `"${named}"`;
  const original = /Original Line: ?(.*)/.exec(message)?.[1];
  const quoted = original === undefined ? '' : ` The line is: ${original.slice(0, 120)}`;
  const refusal = (what: string): SlipwayError =>
    new SlipwayError('DATA_UNREADABLE', `${what}${quoted}`, { remedy: REMEDY, cause: error });
  const count = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (count) {
    const [expected, found] = [Number(count[1]), Number(count[2])];
    return refusal(
      found < expected
        ? `${where}, column "${names[found]}" is missing: ${found} of ${expected} values.`
        : `${where}, column ${expected + 1} is too many: ${found} values where the header has ${expected} names.`
    );
  }
  if (/unterminated quote/i.test(message)) {
    const column = original === undefined ? undefined : names[columnOfOpenQuote(original, delimiter)];
    return refusal(
      `${where}${column === undefined ? '' : `, column "${column}"`}: a quote is opened and never closed.`
    );
  }
  return refusal(`${where} cannot be read. ${message.split('\n')[0]!}`);
}

/** Index of the field whose quote is still open at the end of the line. */
function columnOfOpenQuote(line: string, delimiter: string): number {
  const upToQuote = line.slice(0, line.lastIndexOf('"'));
  return upToQuote.split(delimiter).length - 1;
}
