import path from 'node:path';
import { type NotebookContext, SlipwayError } from '@slipway/notebook';
import { maskSecrets } from '@slipway/recording/spool';
import { download, isAddress } from './download.js';
import { queryRows, quoteText } from '../engine/engine.js';
import { fetchObjects, isS3Address } from './s3.js';
import { describeSource, findSource, type DataSource } from './source.js';

const PATTERN = /[*?[\]]/;

/** The files that a name leads to, in the order of their names. */
export interface SourceFiles {
  readonly sources: readonly DataSource[];
  /** The name as it goes on record. */
  readonly named: string;
  /** Deletes what was fetched only to be read. */
  close(): Promise<void>;
}

/**
 * Finds what a name leads to: one file, all files that match a pattern (`data/2024-*.csv`, `data/**\/*.parquet`), or what
 * an address (`https://…`) answers, and objects of a bucket (`s3://bucket/days/*.csv`).
 *
 * @throws SlipwayError as `findSource` and `download`; DATA_NOT_FOUND when no file matches, DATA_UNREADABLE when files of
 * different formats do.
 */
export async function openSources(named: string, book: NotebookContext): Promise<SourceFiles> {
  const shown = maskSecrets(named);
  if (isAddress(named)) {
    const { file, remove } = await download(named, book.signal);
    try {
      return { sources: [describeSource(file, shown)], named: shown, close: remove };
    } catch (error) {
      await remove();
      throw error;
    }
  }
  if (isS3Address(named)) {
    const { objects, remove } = await fetchObjects(named, book.signal);
    try {
      return oneFormat({ sources: objects.map(each => describeSource(each.file, each.named)), named, close: remove });
    } catch (error) {
      await remove();
      throw error;
    }
  }
  const close = (): Promise<void> => Promise.resolve();
  if (named.startsWith('npm:') || !PATTERN.test(named)) {
    return { sources: [findSource(named, book.directory)], named, close };
  }
  const files = await matching(path.resolve(book.directory, named));
  if (files.length === 0) {
    throw new SlipwayError('DATA_NOT_FOUND', `No file matches "${named}".`, {
      remedy: `Looked below ${book.directory}. * matches any part of a name, ** for any folders.`
    });
  }
  const sources = files.map(file => describeSource(file, path.relative(book.directory, file)));
  return oneFormat({ sources, named, close });
}

function oneFormat(found: SourceFiles): SourceFiles {
  const formats = [...new Set(found.sources.map(({ format }) => format))];
  if (formats.length > 1) {
    throw new SlipwayError(
      'DATA_UNREADABLE',
      `"${found.named}" matches files of different formats: ${formats.join(', ')}.`,
      { remedy: 'Name one format, e.g. data/*.csv.' }
    );
  }
  return found;
}

async function matching(pattern: string): Promise<string[]> {
  const rows = await queryRows(`select file from glob(${quoteText(pattern)}) order by file`);
  return rows.map(({ file }) => String(file));
}
