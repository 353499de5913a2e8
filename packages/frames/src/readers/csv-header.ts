import { counted } from '@slipway/wording';
import { closeSync, openSync, readSync } from 'node:fs';
import { SlipwayError } from '@slipway/notebook';
import { isGzip, unpackedStart } from './gzip.js';
import { refuseNames } from './column-names.js';
import { firstRecords, readRecord } from './csv-records.js';

const DELIMITERS = [',', ';', '\t', '|'];
const HEADER_BYTES = 1 << 20;
/** Records that tell the delimiter. */
const RECORDS = 20;

/** What the first line of a CSV file says. */
export interface CsvHeader {
  readonly names: readonly string[];
  readonly delimiter: string;
  /** Lines end in more than one way. */
  readonly hasMixedLineEnds: boolean;
}

/**
 * Reads the header of a CSV file.
 *
 * @param named as the user knows the file.
 * @param skip lines above the header.
 * @throws SlipwayError DATA_UNREADABLE for what is not a table, for a title above it, and for names that cannot be columns.
 */
export function readHeader(file: string, named: string, skip: number): CsvHeader {
  const text = startOf(file);
  refuseNoTable(text, named);
  const body = text.slice(startOfLine(text, skip));
  const where = `"${named}" line ${skip + 1}`;
  if (body.split(/[\r\n]/, 1)[0]!.trim() === '') {
    throw new SlipwayError('DATA_UNREADABLE', `${where} is blank; the column names belong there.`, {
      remedy: `Remove blank lines at the top of the file, or say how many lines to pass over: { skip: ${skip + 1} }.`
    });
  }
  const delimiter = delimiterOf(body);
  refuseTitle(body, delimiter, named, skip);
  const header = readRecord(body, delimiter);
  if (header.isOpen) {
    throw new SlipwayError('DATA_UNREADABLE', `${where}: a quote is opened and never closed.`, {
      remedy: 'Close it, or remove it.'
    });
  }
  const names = header.fields.map(name => name.trim());
  refuseNames(names, where, column =>
    column === 0
      ? 'Give every column a name in the first line. If pandas wrote its row numbers there: df.to_csv(file, index=False).'
      : 'Give every column a name in the first line.'
  );
  return { names, delimiter, hasMixedLineEnds: hasMixedLineEnds(body) };
}

function startOf(file: string): string {
  const buffer = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(file, 'r');
  try {
    const bytes = buffer.subarray(0, readSync(descriptor, buffer, 0, HEADER_BYTES, 0));
    return (isGzip(file) ? unpackedStart(bytes) : bytes).toString('utf8').replace(/^\uFEFF/, '');
  } finally {
    closeSync(descriptor);
  }
}

function refuseNoTable(text: string, named: string): void {
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) {
    throw new SlipwayError('DATA_UNREADABLE', `"${named}" is a web page or XML, not a table.`, {
      remedy: 'Look at it in a browser: a download often answers with a page that says why there is no file.'
    });
  }
  if (text.includes('\0')) {
    throw new SlipwayError('DATA_UNREADABLE', `"${named}" is not text: it holds zero bytes.`, {
      remedy: 'Check what wrote it: a packed file or a spreadsheet with the ending .csv is still no text.'
    });
  }
}

function startOfLine(text: string, skip: number): number {
  let at = 0;
  for (let line = 0; line < skip; line++) {
    const end = /\r\n|\n|\r/g;
    end.lastIndex = at;
    const found = end.exec(text);
    if (!found) {
      return text.length;
    }
    at = found.index + found[0].length;
  }
  return at;
}

/** The delimiter that separates most fields in the same way in all of the first records; else most in the header. */
function delimiterOf(text: string): string {
  const score = (delimiter: string): number => {
    const [header = [], ...rows] = firstRecords(text, delimiter, RECORDS).map(fields => fields.length);
    const isEven = rows.length > 0 && rows.slice(0, -1).every(count => count === header);
    return (Number(header) > 1 && isEven ? HEADER_BYTES : 0) + Number(header);
  };
  const scores = DELIMITERS.map(score);
  return DELIMITERS[scores.indexOf(Math.max(...scores))]!;
}

/** Lines of a table that begins further down would be read as its rows, of one column or none. */
function refuseTitle(text: string, chosen: string, named: string, skip: number): void {
  for (const delimiter of [chosen, ...DELIMITERS]) {
    const counts = firstRecords(text, delimiter, RECORDS).map(fields => fields.length);
    const [first = 0, ...others] = counts;
    if (first > 1 && delimiter === chosen && others[0] === first) {
      return;
    }
    // The last of the records may be cut.
    const width = counts.at(-1)!;
    const start = counts.findIndex((_, i) => counts.slice(i).every(count => count === width));
    const isTable = width > 1 && start > 0 && counts.length - start >= 2;
    if (!isTable || (delimiter === chosen && first > 1)) {
      continue;
    }
    const line = lineOfRecord(text, delimiter, start);
    const separator = delimiter === '\t' ? 'tab' : delimiter;
    throw new SlipwayError(
      'DATA_UNREADABLE',
      `"${named}" line ${skip + 1} is not the header of the table, which begins in line ${skip + line} with ${counted(width, 'value')} separated by "${separator}".`,
      { remedy: `Pass over the lines above it: { skip: ${skip + line - 1} }.` }
    );
  }
}

/** Number of the line, from 1, in which a record begins; blank lines are none. */
function lineOfRecord(text: string, delimiter: string, record: number): number {
  let at = 0;
  for (let found = -1; at < text.length;) {
    const { fields, next } = readRecord(text, delimiter, at);
    if (fields.length > 1 || fields[0]!.trim() !== '') {
      found++;
    }
    if (found === record) {
      break;
    }
    at = next;
  }
  return text.slice(0, at).split(/\r\n|\n|\r/).length;
}

function hasMixedLineEnds(text: string): boolean {
  const outside = text.replace(/"[^"]*"/g, '');
  return new Set(outside.slice(0, -1).match(/\r\n|\n|\r/g)).size > 1;
}
