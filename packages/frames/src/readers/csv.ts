import { closeSync, openSync, readSync } from 'node:fs';
import { SlipwayError, warnOfCell } from '@slipway/notebook';
import { execute, queryRows, quoteName, quoteText } from '../engine/engine.js';
import { isGzip, unpackedStart } from './gzip.js';
import type { DataSource } from '../sources/source.js';
import { inUtf8, markedEncoding, type TextEncoding } from './text-encoding.js';

const DELIMITERS = [',', ';', '\t', '|'];
const HEADER_BYTES = 1 << 20;
/** DuckDB's own are 32 MB, several at a time; a line may have 2 MB. */
const BUFFER_BYTES = 8 << 20;

/**
 * Reads a CSV file with a header row into `table`. Column types are those of its first rows, and when a later row does not
 * fit, those of all rows: a whole number is never rounded, and a column of numbers with a word in it is a column of text.
 *
 * @throws SlipwayError DATA_UNREADABLE with the line and the column where the file stops being a table, DATA_EMPTY for
 * a header without rows.
 */
export async function readCsv(source: DataSource, table: string): Promise<void> {
  const marked = await markedEncoding(source.file);
  if (marked !== 'utf-8') return readEncoded(source, table, marked);
  try {
    await readUtf8(source, table);
  } catch (error) {
    const cause = error instanceof SlipwayError ? String(error.cause) : '';
    if (!/not utf-8 encoded|invalid unicode|byte sequence mismatch/i.test(cause)) throw error;
    await readEncoded(source, table, 'windows-1252');
    warnOfCell(
      `"${source.named}" is not in UTF-8; it was read as Windows-1252 (which holds Latin-1).\n` +
        'Look at its letters with accents. If they are wrong, save the file as UTF-8.'
    );
  }
}

async function readEncoded(source: DataSource, table: string, encoding: TextEncoding): Promise<void> {
  const { file, remove } = await inUtf8(source.file, encoding);
  await readUtf8({ ...source, file }, table).finally(remove);
}

async function readUtf8(source: DataSource, table: string): Promise<void> {
  const header = readHeader(source);
  if (header.names.some(name => name.includes('\uFFFD'))) {
    throw new SlipwayError('DATA_UNREADABLE', `"${source.named}" is not in UTF-8.`, { cause: 'not utf-8 encoded' });
  }
  const first = await sniff(source, header, 'first rows');
  try {
    await execute(createTable(source, header, first, table));
  } catch (error) {
    const all = await sniff(source, header, 'all rows');
    // Types of all rows are certain, and types that stay the same cannot be what is wrong.
    if (all === null || (first !== null && sameTypes(all, first) && !String(error).includes(NOT_WHOLE))) {
      throw parseError(source, header.names, error);
    }
    await execute(createTable(source, header, { ...all, areCertain: true }, table)).catch((second: unknown) => {
      throw parseError(source, header.names, second);
    });
  }
}

/** Said by the engine of a number in a column whose first rows are whole numbers. */
const NOT_WHOLE = 'slipway: not a whole number';

function createTable(source: DataSource, { names, delimiter }: Header, sniffed: Sniffed | null, table: string): string {
  const types = names.map((_, i) => sniffed?.types[i] ?? 'VARCHAR');
  // The engine rounds 1.5 to a whole number without a word, so these are read as what they may turn out to be.
  const areDoubtful = types.map(type => type === 'BIGINT' && !sniffed?.areCertain);
  const columns = names.map((name, i) => {
    // Times of a day have no type of their own in a frame.
    const read = areDoubtful[i] ? 'DOUBLE' : types[i] === 'TIME' ? 'VARCHAR' : types[i]!;
    return `${quoteText(name)}: ${quoteText(read)}`;
  });
  const list = names.map((name, i) => {
    const column = quoteName(name);
    // NaN is a missing value.
    if (types[i] === 'DOUBLE') return `case when isnan(${column}) then null else ${column} end as ${column}`;
    if (!areDoubtful[i]) return column;
    // Beyond 2^53 a DOUBLE is not the number that was written.
    const isWhole = `${column} is null or (${column} = floor(${column}) and abs(${column}) < ${Number.MAX_SAFE_INTEGER})`;
    return `case when ${isWhole} then cast(${column} as bigint) else error('${NOT_WHOLE} ' || ${column}) end as ${column}`;
  });
  const options = [
    `auto_detect=false, header=true, delim=${quoteText(delimiter)}, quote='"', escape='"', strict_mode=true`,
    `null_padding=false, buffer_size=${BUFFER_BYTES}, columns={${columns.join(', ')}}`,
    ...(sniffed?.dateFormat ? [`dateformat=${quoteText(sniffed.dateFormat)}`] : []),
    ...(sniffed?.timestampFormat ? [`timestampformat=${quoteText(sniffed.timestampFormat)}`] : []),
    ...(sniffed?.hasDecimalComma ? [`decimal_separator=','`] : [])
  ];
  return (
    `create table ${quoteName(table)} as select ${list.join(', ')} from ` +
    `read_csv(${quoteText(source.file)}, ${options.join(', ')})`
  );
}

interface Header {
  readonly names: string[];
  readonly delimiter: string;
}

function readHeader(source: DataSource): Header {
  const buffer = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(source.file, 'r');
  let length: number;
  try {
    length = readSync(descriptor, buffer, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(descriptor);
  }
  const bytes = buffer.subarray(0, length);
  const text = (isGzip(source.file) ? unpackedStart(bytes) : bytes).toString('utf8').replace(/^\uFEFF/, '');
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) {
    throw new SlipwayError('DATA_UNREADABLE', `"${source.named}" is a page of the web or XML, not a table.`, {
      remedy: 'Look at it in a browser: a download often answers with a page that says why there is no file.'
    });
  }
  if (text.includes('\0')) {
    throw new SlipwayError('DATA_UNREADABLE', `"${source.named}" is no text: it has bytes that no text has.`, {
      remedy: 'Check what wrote it; a packed or a spreadsheet file with the ending .csv is still none.'
    });
  }
  const line = text.split(/\r?\n/, 1)[0]!;
  if (line.trim() === '') {
    throw new SlipwayError('DATA_UNREADABLE', `"${source.named}" line 1 is blank; the column names belong there.`, {
      remedy: 'Remove blank lines at the top of the file.'
    });
  }
  const delimiter = DELIMITERS.map(d => ({ d, n: splitLine(line, d).length })).sort((a, b) => b.n - a.n)[0]!.d;
  const names = splitLine(line, delimiter).map(name => name.trim());
  names.forEach((name, i) => {
    const where = `"${source.named}" line 1, column ${i + 1}`;
    if (name === '') {
      throw new SlipwayError('DATA_UNREADABLE', `${where}: the column has no name.`, {
        remedy:
          i === 0
            ? 'Give every column a name in the first line. If pandas wrote its row numbers there: df.to_csv(file, index=False).'
            : 'Give every column a name in the first line.'
      });
    }
    if (names.indexOf(name) !== i) {
      throw new SlipwayError('DATA_UNREADABLE', `${where}: the name "${name}" is used twice.`, {
        remedy: 'Give every column a name of its own.'
      });
    }
  });
  return { names, delimiter };
}

/** Splits one CSV line (RFC 4180 quoting). */
export function splitLine(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (quoted) {
      if (c !== '"') field += c;
      else if (line[i + 1] === '"') {
        field += '"';
        i++;
      } else quoted = false;
    } else if (c === '"' && field === '') quoted = true;
    else if (c === delimiter) {
      fields.push(field);
      field = '';
    } else field += c;
  }
  fields.push(field);
  return fields;
}

/** What the values of a file look like. */
interface Sniffed {
  readonly types: readonly string[];
  readonly dateFormat: string | null;
  readonly timestampFormat: string | null;
  /** 1,5 is a number. */
  readonly hasDecimalComma: boolean;
  /** All rows were looked at. */
  readonly areCertain: boolean;
}

function sameTypes(one: Sniffed, other: Sniffed): boolean {
  return one.types.join() === other.types.join() && one.hasDecimalComma === other.hasDecimalComma;
}

/** Types and formats; null for a file that cannot be sniffed, which is read as text so that the strict reader names the line. */
async function sniff(source: DataSource, header: Header, rows: 'first rows' | 'all rows'): Promise<Sniffed | null> {
  const point = await sniffWith(source, header, rows, '.');
  // Where fields are not parted by commas, these may stand in numbers.
  if (point === null || header.delimiter === ',' || !point.types.includes('VARCHAR')) return point;
  const comma = await sniffWith(source, header, rows, ',');
  const numbers = ({ types }: Sniffed): number => types.filter(type => type === 'DOUBLE' || type === 'BIGINT').length;
  return comma !== null && numbers(comma) > numbers(point) ? comma : point;
}

async function sniffWith(
  source: DataSource,
  { delimiter }: Header,
  rows: 'first rows' | 'all rows',
  decimal: '.' | ','
): Promise<Sniffed | null> {
  try {
    const [row] = await queryRows(
      `select list_transform(Columns, c -> c.type)::varchar[] as types, DateFormat, TimestampFormat ` +
        `from sniff_csv(${quoteText(source.file)}, delim=${quoteText(delimiter)}, quote='"', escape='"', comment='', ` +
        `header=true, strict_mode=false, null_padding=true, decimal_separator='${decimal}'` +
        (rows === 'all rows' ? ', sample_size=-1)' : `, buffer_size=${BUFFER_BYTES})`)
    );
    return {
      types: String(row!['types']).split(','),
      dateFormat: textOrNull(row!['DateFormat']),
      timestampFormat: textOrNull(row!['TimestampFormat']),
      hasDecimalComma: decimal === ',',
      areCertain: rows === 'all rows'
    };
  } catch {
    return null;
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function parseError(source: DataSource, names: readonly string[], error: unknown): SlipwayError {
  const message = error instanceof Error ? error.message : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  const where = line ? `"${source.named}" line ${line}` : `"${source.named}"`;
  const original = /Original Line: ?(.*)/.exec(message)?.[1];
  const quoted = original === undefined ? '' : ` The line is: ${original.slice(0, 120)}`;
  const count = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  const conversion = /Error when converting column "([^"]+)"\. (.+)/.exec(message);
  const remedy =
    'Mend the line in the file (or the program that wrote it) and run the cell again; nothing was registered.';
  if (count) {
    const expected = Number(count[1]);
    const found = Number(count[2]);
    const column = found < expected ? names[found] : `${expected + 1}`;
    const what =
      found < expected
        ? `column "${column}" is missing: ${found} of ${expected} values`
        : `column ${column} is too many: ${found} values where the header has ${expected} names`;
    return new SlipwayError('DATA_UNREADABLE', `${where}, ${what}.${quoted}`, { remedy, cause: error });
  }
  if (conversion) {
    const [, column, why] = conversion;
    return new SlipwayError('DATA_UNREADABLE', `${where}, column "${column}": ${why}.${quoted}`, {
      remedy,
      cause: error
    });
  }
  if (/unterminated quote/i.test(message)) {
    const column = original === undefined ? null : names[columnOfOpenQuote(original)];
    const place = column ? `${where}, column "${column}"` : where;
    return new SlipwayError('DATA_UNREADABLE', `${place}: a quote is opened and never closed.${quoted}`, {
      remedy,
      cause: error
    });
  }
  return new SlipwayError('DATA_UNREADABLE', `${where} cannot be read. ${message.split('\n')[0]}`, {
    remedy,
    cause: error
  });
}

/** Index of the field whose quote is still open at the end of the line. */
function columnOfOpenQuote(line: string): number {
  const upToQuote = line.slice(0, line.lastIndexOf('"'));
  return upToQuote.split(',').length - 1;
}
