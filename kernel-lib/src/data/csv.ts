import { closeSync, openSync, readSync } from 'node:fs';
import { SlipwayError } from '../errors.js';
import { execute, queryRows, quoteName, quoteText } from './engine.js';
import type { DataSource } from './source.js';

const DELIMITERS = [',', ';', '\t', '|'];
const HEADER_BYTES = 1 << 20;
/** DuckDB's own are 32 MB, several at a time; a line may have 2 MB. */
const BUFFER_BYTES = 8 << 20;

/**
 * Reads a CSV file with a header row into `table`. Column types come from DuckDB's sniffer; every row must fit them.
 *
 * @throws SlipwayError DATA_UNREADABLE with the line and the column where the file stops being a table, DATA_EMPTY for
 * a header without rows.
 */
export async function readCsv(source: DataSource, table: string): Promise<void> {
  const header = readHeader(source);
  const types = await sniffTypes(source, header);
  const columns = header.names.map((name, i) => `${quoteText(name)}: ${quoteText(types[i] ?? 'VARCHAR')}`).join(', ');
  const sql =
    `create table ${quoteName(table)} as select * from read_csv(${quoteText(source.file)}, auto_detect=false, ` +
    `header=true, delim=${quoteText(header.delimiter)}, quote='"', escape='"', strict_mode=true, ` +
    `null_padding=false, buffer_size=${BUFFER_BYTES}, columns={${columns}})`;
  try {
    await execute(sql);
  } catch (error) {
    throw parseError(source, header.names, error);
  }
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
  const text = buffer
    .subarray(0, length)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
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
        remedy: 'Give every column a name in the first line.'
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

async function sniffTypes(source: DataSource, header: Header): Promise<string[]> {
  try {
    const rows = await queryRows(
      `select unnest(Columns).type as type from sniff_csv(${quoteText(source.file)}, ` +
        `delim=${quoteText(header.delimiter)}, quote='"', escape='"', comment='', header=true, strict_mode=false, null_padding=true, ` +
        `buffer_size=${BUFFER_BYTES})`
    );
    return rows.map(row => String(row['type']));
  } catch {
    // A file that cannot be sniffed is read as text, so that the strict reader names the faulty line.
    return header.names.map(() => 'VARCHAR');
  }
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
