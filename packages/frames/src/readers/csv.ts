import { open } from 'node:fs/promises';
import type { ColumnType } from '@slipway/contract';
import { warnOfCell } from '@slipway/notebook';
import { execute, freshTable, queryRows, quoteName, quoteText } from '../engine/engine.js';
import type { DataSource } from '../sources/source.js';
import { isGzip } from './gzip.js';
import { inUtf8, markedEncoding, type TextEncoding } from './text-encoding.js';
import { inferKinds, type FittingKinds } from '../types/infer-kinds.js';
import { warnOfAmbiguousDates } from '../types/ambiguous-dates.js';
import { guessed, type ValueKind } from '../types/value-kinds.js';
import { foldedName } from './column-names.js';
import { parseError } from './csv-errors.js';
import { readHeader, type CsvHeader } from './csv-header.js';
import { withOneLineEnd } from './line-ends.js';
import { isMissing, type ReadOptions } from './read-options.js';

/** DuckDB's own are 32 MB, several at a time. */
const BUFFER_BYTES = 8 << 20;
/** For the first rows: as long as a line may be. */
const SMALL_BUFFER_BYTES = 2 << 20;
/** Rows, and values, that are looked at before the types are first tried on all rows. */
const SAMPLE_ROWS = 5000;
const SAMPLE_VALUES = 400_000;
/** How much of a file is searched at a time. */
const SEARCHED_BYTES = 512 << 10;
/** Columns of a table that is not looked at as a long one is. */
const WIDE = 100;

/** A file in UTF-8 with its header. */
interface Opened {
  readonly source: DataSource;
  readonly header: CsvHeader;
  /** What was already done so that it can be read. */
  readonly repairs: ReadonlySet<Repair>;
}
type Repair = 'encoding' | 'line ends';

/**
 * Reads CSV files with a header row each, under one another by column name, into `table`. The type of a column is that of
 * all its rows: a number that would be rounded, a code with a zero in front, and a column of numbers with a word in it
 * are text.
 *
 * @throws SlipwayError DATA_UNREADABLE with the line and the column where a file stops being a table.
 */
export async function readCsvFiles(sources: readonly DataSource[], table: string, options: ReadOptions): Promise<void> {
  const temporary: (() => Promise<void>)[] = [];
  const keep = <T extends { remove(): Promise<void> }>(made: T): T => {
    temporary.push(() => made.remove());
    return made;
  };
  const reader = new CsvReader(options, keep);
  try {
    await reader.read(sources, table);
  } finally {
    for (const remove of temporary) {
      await remove();
    }
  }
}

type Keep = <T extends { remove(): Promise<void> }>(made: T) => T;

class CsvReader {
  constructor(
    private readonly options: ReadOptions,
    private readonly keep: Keep
  ) {}

  async read(sources: readonly DataSource[], table: string): Promise<void> {
    const files: Opened[] = [];
    for (const source of sources) {
      files.push(await this.#open(source));
    }
    for (;;) {
      const columns = namesOf(files);
      const plan = await this.#plan(files, columns, 'first rows').catch(() => null);
      if (plan) {
        try {
          return await this.#create(files, columns, plan, table);
        } catch {
          // A later row does not fit, or a file is damaged.
        }
      }
      const repaired = await this.#repairFirst(files);
      if (repaired) {
        continue;
      }
      return this.#create(files, columns, await this.#plan(files, columns, 'all rows'), table);
    }
  }

  async #open(source: DataSource): Promise<Opened> {
    const marked = await markedEncoding(source.file);
    const utf8 = marked === 'utf-8' ? source : await this.#decoded(source, marked);
    return this.#withHeader(utf8, new Set(marked === 'utf-8' ? [] : ['encoding']));
  }

  async #withHeader(source: DataSource, repairs: ReadonlySet<Repair>): Promise<Opened> {
    const header = readHeader(source.file, source.named, this.options.skip);
    if (header.names.some(name => name.includes('\uFFFD')) && !repairs.has('encoding')) {
      return this.#withHeader(await this.#guessEncoding(source), new Set([...repairs, 'encoding']));
    }
    if (!header.hasMixedLineEnds || repairs.has('line ends')) {
      return { source, header, repairs };
    }
    const { file } = this.keep(await withOneLineEnd(source.file));
    return { source: { ...source, file }, header, repairs: new Set([...repairs, 'line ends']) };
  }

  async #decoded(source: DataSource, encoding: TextEncoding): Promise<DataSource> {
    const { file } = this.keep(await inUtf8(source.file, encoding));
    return { ...source, file };
  }

  async #guessEncoding(source: DataSource): Promise<DataSource> {
    warnOfCell(
      `"${source.named}" is not in UTF-8; it was read as Windows-1252 (which includes Latin-1).\n` +
        'Look at its letters with accents. If they are wrong, save the file as UTF-8.'
    );
    return this.#decoded(source, 'windows-1252');
  }

  /**
   * Finds the first file that cannot be read as text, and repairs it in `files` where that is possible.
   *
   * @returns false when all of them can be read.
   * @throws SlipwayError DATA_UNREADABLE where it is not.
   */
  async #repairFirst(files: Opened[]): Promise<boolean> {
    for (const [i, { source, header, repairs }] of files.entries()) {
      const error: unknown = await this.#readThrough(files[i]!).then(
        () => null,
        (reason: unknown) => reason
      );
      if (error === null) {
        continue;
      }
      if (!repairs.has('encoding') && /not utf-8 encoded|invalid unicode|byte sequence mismatch/i.test(String(error))) {
        const decoded = await this.#guessEncoding(source);
        files[i] = await this.#withHeader(decoded, new Set([...repairs, 'encoding']));
        return true;
      }
      if (!repairs.has('line ends')) {
        const { file } = this.keep(await withOneLineEnd(source.file));
        const repaired = { source: { ...source, file }, header, repairs: new Set([...repairs, 'line ends' as const]) };
        if (
          await this.#readThrough(repaired).then(
            () => true,
            () => false
          )
        ) {
          files[i] = repaired;
          return true;
        }
      }
      throw parseError(source, header, error);
    }
    return false;
  }

  async #readThrough(file: Opened): Promise<void> {
    const counts = file.header.names.map((name, i) => `count(${quoteName(name)}) as n${i}`);
    await queryRows(`select ${counts.join(', ')} from ${this.#textOf(file)}`);
  }

  /** SQL of a file with all its values as text, missing ones as null. */
  #textOf({ source, header }: Opened, bufferBytes = BUFFER_BYTES): string {
    const columns = header.names.map(name => `${quoteText(name)}: 'VARCHAR'`);
    const scan =
      `read_csv(${quoteText(source.file)}, auto_detect=false, header=true, skip=${this.options.skip}, ` +
      `delim=${quoteText(header.delimiter)}, quote='"', escape='"', strict_mode=true, null_padding=false, ` +
      `buffer_size=${bufferBytes}, columns={${columns.join(', ')}})`;
    const { missing } = this.options;
    if (missing.length === 0) {
      return scan;
    }
    const list = header.names.map(quoteName).map(name => {
      return `case when ${isMissing(name, missing)} then null else ${name} end as ${name}`;
    });
    return `(select ${list.join(', ')} from ${scan})`;
  }

  #textOfAll(files: readonly Opened[], bufferBytes = BUFFER_BYTES): string {
    if (files.length === 1) {
      return this.#textOf(files[0]!, bufferBytes);
    }
    return `(${files.map(file => `select * from ${this.#textOf(file, bufferBytes)}`).join(' union all by name ')})`;
  }

  /** What every column is read as, after its first rows or all of them. */
  async #plan(files: readonly Opened[], columns: readonly string[], looked: 'first rows' | 'all rows'): Promise<Plan> {
    const inferred = columns.filter(column => this.options.types.get(column) !== 'string');
    const text = this.#textOfAll(files, looked === 'all rows' ? BUFFER_BYTES : SMALL_BUFFER_BYTES);
    const options = {
      hasDecimalComma: files.every(({ header }) => header.delimiter !== ','),
      dayFirst: this.options.dayFirst
    };
    const fitting =
      looked === 'all rows'
        ? await inferKinds(text, inferred, options)
        : await this.#withFirstRows(text, columns.length, rows => inferKinds(rows, inferred, options));
    const kinds = new Map(inferred.map((column, i) => [column, fitting[i] ?? null]));
    return { kinds: chosen(kinds, this.options.types), fitting: kinds, isProven: looked === 'all rows' };
  }

  /** Does something with the first rows of a file, which are read once. */
  async #withFirstRows<T>(text: string, columns: number, work: (rows: string) => Promise<T>): Promise<T> {
    const count = Math.max(100, Math.min(SAMPLE_ROWS, Math.floor(SAMPLE_VALUES / columns)));
    const sample = quoteName(freshTable());
    await execute(`create table ${sample} as select * from ${text} limit ${count}`);
    return work(sample).finally(() => execute(`drop table ${sample}`));
  }

  async #create(files: readonly Opened[], columns: readonly string[], plan: Plan, table: string): Promise<void> {
    const isWide = columns.length > WIDE;
    const among = { isWide, hasUnderscores: !isWide && !plan.isProven && (await anyHolds(files, '_')) };
    const list = columns.map(column => {
      const name = quoteName(column);
      const kind = plan.kinds.get(column) ?? null;
      if (kind === null) {
        // Without a value in the first rows, any that comes later decides.
        const isOpen = !plan.isProven && plan.fitting.has(column) && plan.fitting.get(column) === null;
        return isOpen ? `case when ${name} is null then null else error('slipway: a value') end as ${name}` : name;
      }
      if (plan.isProven) {
        return `${kind.value(name)} as ${name}`;
      }
      return `${guessed(kind, name, among)} as ${name}`;
    });
    await execute(`create table ${quoteName(table)} as select ${list.join(', ')} from ${this.#textOfAll(files)}`);
    if (this.options.dayFirst === undefined) {
      await warnOfAmbiguousDates(table, plan.kinds, files[0]!.source.named);
    }
  }
}

/** Whether one of the files holds an ASCII character; of packed files it is not known. */
async function anyHolds(files: readonly Opened[], character: string): Promise<boolean> {
  for (const { source } of files) {
    if (isGzip(source.file)) {
      return true;
    }
    if (await fileHolds(source.file, character)) {
      return true;
    }
  }
  return false;
}

/** Reads into one buffer: a stream's would be held until they are collected. */
async function fileHolds(file: string, character: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const buffer = Buffer.allocUnsafe(SEARCHED_BYTES);
    const byte = character.charCodeAt(0);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, SEARCHED_BYTES);
      if (bytesRead === 0) {
        return false;
      }
      if (buffer.subarray(0, bytesRead).includes(byte)) {
        return true;
      }
    }
  } finally {
    await handle.close();
  }
}

/** All columns of the files; the engine does not tell capital letters apart. */
function namesOf(files: readonly Opened[]): readonly string[] {
  const names = new Map<string, string>();
  for (const name of files.flatMap(({ header }) => header.names)) {
    if (!names.has(foldedName(name))) {
      names.set(foldedName(name), name);
    }
  }
  return [...names.values()];
}

/** What every column is read as. */
interface Plan {
  /** Null is a text. */
  readonly kinds: ReadonlyMap<string, ValueKind | null>;
  readonly fitting: ReadonlyMap<string, FittingKinds>;
  /** All rows were looked at. */
  readonly isProven: boolean;
}

/** The first kind that fits, or the declared one; what is declared and does not fit stays text, which the schema refuses. */
function chosen(
  fitting: ReadonlyMap<string, FittingKinds>,
  types: ReadonlyMap<string, ColumnType>
): Map<string, ValueKind | null> {
  const hasComma = [...fitting.values()].some(kinds => kinds?.[0]?.id === 'decimal-comma');
  return new Map(
    [...fitting].map(([column, kinds]) => {
      const declared = types.get(column);
      // Where 1,5 is a number, 1.234 may be a thousand.
      const possible = (kinds ?? []).filter(kind => !(hasComma && kind.id === 'number'));
      return [column, possible.find(({ type }) => declared === undefined || type === declared) ?? null];
    })
  );
}
