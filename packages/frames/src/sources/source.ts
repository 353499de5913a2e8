import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearNames, SlipwayError } from '@slipway/notebook';

/** A data file that was found: its absolute path and how the user named it. */
export interface DataSource {
  readonly file: string;
  readonly named: string;
  readonly format: 'csv' | 'parquet' | 'json' | 'excel' | 'arrow' | 'rows';
  /** Names of the columns, for `rows` of a query. */
  readonly columns?: readonly string[];
}

const FORMATS: Record<string, DataSource['format']> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'csv',
  '.parquet': 'parquet',
  '.json': 'json',
  '.ndjson': 'json',
  '.jsonl': 'json',
  '.xlsx': 'excel',
  '.arrow': 'arrow',
  '.feather': 'arrow'
};

/**
 * Finds a data file. `npm:<package>/<file>` names a file of an npm package, looked for upward from the notebook and
 * then beside this library; anything else is a path, relative to the notebook's folder.
 *
 * @throws SlipwayError DATA_NOT_FOUND, DATA_EMPTY (a file of zero bytes), DATA_UNREADABLE (a format we do not read).
 */
export function findSource(named: string, directory: string): DataSource {
  const file = named.startsWith('npm:') ? findInPackage(named.slice(4), directory) : path.resolve(directory, named);
  if (!file || !existsSync(file) || !statSync(file).isFile()) {
    throw new SlipwayError('DATA_NOT_FOUND', `There is no file "${named}".`, {
      remedy: named.startsWith('npm:')
        ? 'Install the package beside the notebook (npm install …), or check the name after the slash.'
        : `${nearFile(named, directory)}Looked for ${path.resolve(directory, named)}. Paths are relative to the notebook's folder.`
    });
  }
  return describeSource(file, named);
}

/** "Did you mean …?" when a file of the folder, or a folder on the way, has nearly the name; else nothing. */
function nearFile(named: string, directory: string): string {
  const file = path.resolve(directory, named);
  let missing = file;
  while (!existsSync(path.dirname(missing))) {
    missing = path.dirname(missing);
  }
  const folder = path.dirname(missing);
  const rest = path.relative(missing, file);
  const near = nearNames(path.basename(missing), namesIn(folder))
    .map(name => path.join(folder, name, rest))
    .filter(existsSync)
    .map(found => (path.isAbsolute(named) ? found : path.relative(directory, found)));
  return near.length === 0
    ? ''
    : `Did you mean ${near.map(name => JSON.stringify(name.split(path.sep).join('/'))).join(' or ')}? `;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * A file that is there, with its format.
 *
 * @param named as the user knows it.
 * @throws SlipwayError DATA_EMPTY (a file of zero bytes), DATA_UNREADABLE (a format we do not read).
 */
export function describeSource(file: string, named: string): DataSource {
  if (statSync(file).size === 0) {
    throw new SlipwayError('DATA_EMPTY', `"${named}" is empty (0 bytes).`, {
      remedy: 'Check how the file was written or downloaded; nothing was registered.'
    });
  }
  const isPacked = /\.gz$/i.test(file);
  const extension = path.extname(isPacked ? file.slice(0, -3) : file).toLowerCase();
  const format = FORMATS[extension];
  if (!format || (isPacked && format !== 'csv' && format !== 'json')) {
    const ending = isPacked ? `${extension}.gz` : extension;
    throw new SlipwayError('DATA_UNREADABLE', `"${named}" ends in "${ending}", which is not read.`, {
      remedy: `Formats: ${Object.keys(FORMATS).join(', ')}; those of text also packed with gzip, as in .csv.gz.`
    });
  }
  return { file, named, format };
}

function findInPackage(name: string, directory: string): string | null {
  const here = path.dirname(fileURLToPath(import.meta.url));
  for (const start of [directory, here]) {
    for (let folder = start; ; folder = path.dirname(folder)) {
      const candidate = path.join(folder, 'node_modules', ...name.split('/'));
      if (existsSync(candidate)) {
        return candidate;
      }
      if (folder === path.dirname(folder)) {
        break;
      }
    }
  }
  return null;
}
