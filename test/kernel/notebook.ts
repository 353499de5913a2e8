import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters as withoutColours } from 'node:util';
import { WARNING_SIGN } from '@slipway/notebook';
import { SpoolRecord, type CellExecution } from '@slipway/contract';
import type { Content, Execution } from './kernel-client.js';
import { temporaryFolder } from '../harness/temporary-folder.js';

/** A fresh folder for a notebook, with a name that shells and URLs trip over. */
export function notebookFolder(): string {
  return temporaryFolder('ein Ordner mit ü ');
}

/** Text that a cell printed, without colors. */
export function printed(execution: Execution, stream = 'stdout'): string {
  const messages = published(execution, 'stream').filter(({ name }) => name === stream);
  return withoutColours(messages.map(({ text }) => text).join(''));
}

/** Contents of the messages of one type. */
export function published(execution: Execution, type: string): Content[] {
  return execution.published.filter(message => message.type === type).map(({ content }) => content);
}

/** Plain text of the warnings under a cell, one a line. */
export function warnings(execution: Execution): string {
  return published(execution, 'display_data')
    .map(({ data }) => String((data as Content)['text/plain'] ?? ''))
    .filter(text => text.startsWith(`${WARNING_SIGN} `))
    .join('\n');
}

/** Plain text of a cell's result. */
export function result(execution: Execution): unknown {
  return (published(execution, 'execute_result')[0]?.['data'] as Content | undefined)?.['text/plain'];
}

/** Traceback of a cell's error output, without colors. */
export function traceback(execution: Execution): string {
  const lines = published(execution, 'error')[0]?.['traceback'] as string[] | undefined;
  return withoutColours((lines ?? []).join('\n'));
}

/** Records in the spools of a notebook folder, one list for each session. */
export function spooled(folder: string): SpoolRecord[][] {
  const spool = path.join(folder, '.slipway', 'spool');
  return readdirSync(spool).map(name => {
    const lines = readFileSync(path.join(spool, name), 'utf8').split('\n').filter(Boolean);
    return lines.map(line => SpoolRecord.parse(JSON.parse(line)));
  });
}

export type CellRecord = Pick<CellExecution, 'order' | 'source' | 'execution_count' | 'cell_id'> & {
  finished: Extract<SpoolRecord, { type: 'cell.finished' }>['cell'] | undefined;
};

/** The cells in a list of records. */
export function cellsOf(records: readonly SpoolRecord[]): CellRecord[] {
  return records.flatMap(record => {
    if (record.type !== 'cell.started') {
      return [];
    }
    const { execution_id, order, source, execution_count, cell_id } = record.cell;
    const end = records.find(r => r.type === 'cell.finished' && r.cell.execution_id === execution_id);
    return [
      { order, source, execution_count, cell_id, finished: end?.type === 'cell.finished' ? end.cell : undefined }
    ];
  });
}
