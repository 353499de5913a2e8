/** A record of a CSV file (RFC 4180 quoting) and where the next one begins. */
export interface CsvRecord {
  readonly fields: readonly string[];
  readonly next: number;
  /** Its last quote is never closed. */
  readonly isOpen: boolean;
}

/** Reads the record that begins at `from`; a quoted field may hold the delimiter and line breaks. */
export function readRecord(text: string, delimiter: string, from = 0): CsvRecord {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  let i = from;
  for (; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') {
        field += c;
      } else if (text[i + 1] === '"') {
        field += '"';
        i++;
      } else {
        quoted = false;
      }
    } else if (c === '"' && field.trim() === '') {
      field = '';
      quoted = true;
    } else if (c === delimiter) {
      fields.push(field);
      field = '';
    } else if (c === '\n' || c === '\r') {
      break;
    } else {
      field += c;
    }
  }
  fields.push(field);
  const lineEnd = text.startsWith('\r\n', i) ? 2 : 1;
  return { fields, next: i + lineEnd, isOpen: quoted };
}

/** The first records, without blank lines; the last one may be cut where the text is. */
export function firstRecords(text: string, delimiter: string, most: number): readonly (readonly string[])[] {
  const records: (readonly string[])[] = [];
  for (let at = 0; at < text.length && records.length < most;) {
    const { fields, next } = readRecord(text, delimiter, at);
    if (fields.length > 1 || fields[0]!.trim() !== '') {
      records.push(fields);
    }
    at = next;
  }
  return records;
}
