import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetVersion } from '@slipway/contract';
import { call, downloadBlob } from '@slipway/notebook/server';
import { type MimeBundle, notebook, SlipwayError } from '@slipway/notebook';
import { loadCompiler } from '../graph/compiler.js';
import { lineBundle } from '../registry/registry-display.js';
import { maskedCells, notebookText, type Reproduction } from './notebook-file.js';
import { readOutputs } from './recorded-outputs.js';
import { scriptText } from './script-file.js';
import { selectCells } from './selection.js';
import { readSession, type RecordedCell, type RecordedSession } from './session-record.js';

/** How long an export waits until the server has the cells that just ran. */
const FLUSH_MS = 5000;
const DATASET = /^dataset:(.+)@(\d+)$/;

export interface ExportOptions {
  /** Only what a run or a model version depends on: `run:<id>` or `model:<name>@<version>`. */
  only?: string;
  /** Replace a file that exists. */
  overwrite?: boolean;
}

/** A recorded notebook session, which can be exported. */
export class Session {
  /** @param id names a session on the server. */
  constructor(readonly id: string) {}

  /**
   * Writes the notebook as it was executed: its executions in their order, or only those that a run or a model version
   * depends on, with outputs, and with environment and data versions in the metadata. Nothing but the record is read.
   *
   * @param file relative to the notebook's folder; by default a name made of the notebook's.
   * @returns the absolute path of the file.
   * @throws SlipwayError SESSION_UNKNOWN, OPTION_INVALID for `only`, FILE_EXISTS, SERVER_UNREACHABLE.
   */
  async export(file?: string, options: ExportOptions = {}): Promise<string> {
    const reproduction = await this.#read(options.only);
    const { directory } = notebook();
    const outputs = await readOutputs(directory, reproduction.cells);
    const gitDiff = await gitDiffOf(directory, reproduction.session);
    return this.#write(reproduction, file, '.ipynb', notebookText(reproduction, { outputs, gitDiff }), options);
  }

  /**
   * Writes the same cells as one TypeScript module, which runs under plain Node beside an installation of `slipway`.
   *
   * @param file relative to the notebook's folder; by default a name made of the notebook's.
   * @returns the absolute path of the file.
   * @throws SlipwayError as `export`, and OPTION_INVALID for a session in another language.
   */
  async script(file?: string, options: ExportOptions = {}): Promise<string> {
    const all = await this.#read(options.only);
    const { language } = all.session;
    if (language !== 'typescript') {
      throw new SlipwayError(
        'OPTION_INVALID',
        `Session ${this.id} is in ${language}; only TypeScript becomes a script.`,
        {
          remedy: 'Write the notebook instead: session.export().'
        }
      );
    }
    // A script stops at its first error.
    const reproduction = { ...all, cells: all.cells.filter(({ status }) => status === 'ok' || options.only) };
    return this.#write(reproduction, file, '.ts', scriptText(loadCompiler(), reproduction), options);
  }

  async #read(only: string | undefined): Promise<Reproduction> {
    const book = notebook();
    const { directory } = book;
    if (this.id === book.sessionId) {
      await book.flush(FLUSH_MS);
    }
    const record = await readSession(directory, this.id);
    const cells = await selectCells(directory, record, only);
    const datasets = await datasetsOf(directory, cells);
    return { session: record.session, cells, only, datasets };
  }

  async #write(
    { session, cells }: Reproduction,
    file: string | undefined,
    extension: string,
    text: string,
    { overwrite = false }: ExportOptions
  ): Promise<string> {
    const book = notebook();
    const stem = path.basename(session.notebook_path, path.extname(session.notebook_path)) || 'session';
    const target = path.resolve(book.directory, file ?? `${stem}-${this.id.slice(0, 8)}${extension}`);
    if (!overwrite && (await exists(target))) {
      throw new SlipwayError('FILE_EXISTS', `${target} exists already.`, {
        remedy: 'Give another name, or { overwrite: true }.'
      });
    }
    await writeFile(target, text);
    book.noteWrite(`file:${path.relative(book.directory, target)}`);
    const masked = maskedCells(cells).map(({ order }) => order);
    if (masked.length > 0) {
      book.warn(`Secrets are masked in execution ${masked.join(', ')}: put them back as *** before you run the copy.`);
    }
    return target;
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    return lineBundle(`session ${this.id}`, '.export() writes its notebook, .script() a TypeScript file');
  }
}

/**
 * The session of this notebook, or another one by its id.
 *
 * @example
 * await slip.session().export('analysis.ts');
 */
export function session(id?: string): Session {
  return new Session(id ?? notebook().sessionId);
}

/** The dataset versions that cells read or wrote; one that the server does not know any more is left out. */
async function datasetsOf(directory: string, cells: readonly RecordedCell[]): Promise<DatasetVersion[]> {
  const named = new Set(cells.flatMap(({ reads, writes }) => [...reads, ...writes]));
  const found: DatasetVersion[] = [];
  for (const thing of named) {
    const [, name, version] = DATASET.exec(thing) ?? [];
    if (name === undefined || version === undefined) {
      continue;
    }
    try {
      found.push(await call(directory, 'getDatasetVersion', { params: { name, version: Number(version) } }));
    } catch (error) {
      if (!(error instanceof SlipwayError) || error.code !== 'SERVER_REFUSED') {
        throw error;
      }
    }
  }
  return found;
}

async function gitDiffOf(directory: string, { environment }: RecordedSession): Promise<string | null> {
  const blob = environment?.git?.diff_blob;
  return blob ? Buffer.from(await downloadBlob(directory, blob.sha256)).toString() : null;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false
  );
}
