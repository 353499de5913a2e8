import realFs, { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { FileUse } from './file-calls.js';
import { FilesOfCell } from './files-of-cell.js';
import { observedFileModules } from './observed-fs.js';

type Fs = typeof realFs;

const folder = mkdtempSync(path.join(tmpdir(), 'slipway-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let seen: [string, FileUse][];
const modules = observedFileModules((file, use) => seen.push([path.basename(file), use]));
const fs = modules.get('fs') as Fs;
const promises = modules.get('node:fs/promises') as Fs['promises'];
beforeEach(() => {
  seen = [];
});
const at = (name: string): string => path.join(folder, name);

describe('the file modules of cells', () => {
  it('do what they do in Node, and tell which files are read and written', async () => {
    fs.writeFileSync(at('a'), 'one');
    expect(fs.readFileSync(at('a'), 'utf8')).toBe('one');
    await promises.appendFile(at('a'), ' two');
    expect(await fs.promises.readFile(at('a'), 'utf8')).toBe('one two');
    fs.copyFileSync(at('a'), at('b'));
    expect(await promisify(fs.readFile)(at('b'), 'utf8')).toBe('one two');
    await promises.rename(at('b'), at('c'));
    expect(fs.existsSync(at('b'))).toBe(false);
    expect(seen).toEqual([
      ['a', 'written'],
      ['a', 'read'],
      ['a', 'written'],
      ['a', 'read'],
      ['a', 'read'],
      ['b', 'written'],
      ['b', 'read'],
      ['b', 'written'],
      ['c', 'written']
    ]);
  });

  it('know streams, URLs, buffers, and how a file is opened', async () => {
    const stream = fs.createWriteStream(at('s'));
    await new Promise<void>(resolve => stream.end('text', () => resolve()));
    let text = '';
    for await (const part of fs.createReadStream(new URL(`file://${at('s')}`), 'utf8')) {
      text += String(part);
    }
    expect(text).toBe('text');
    fs.closeSync(fs.openSync(Buffer.from(at('s')), 'r'));
    fs.closeSync(fs.openSync(at('s'), 'r+'));
    fs.closeSync(fs.openSync(at('s'), fs.constants.O_WRONLY));
    await (await promises.open(at('s'), 'a')).close();
    expect(seen.map(([, use]) => use)).toEqual(['written', 'read', 'read', 'read', 'written', 'written', 'written']);
  });

  it('leave the errors, the constants and what the user puts there as they are', () => {
    expect(() => fs.readFileSync(at('missing'))).toThrow(/ENOENT/);
    expect(fs.constants).toBe(realFs.constants);
    expect(fs.readFile.name).toBe('readFile');
    expect(modules.get('node:fs')).toBe(fs);
    expect(fs.promises).toBe(promises);
  });
});

describe('the files of a cell', () => {
  it('are named from the notebook, with size and digest, without packages and temporary files', async () => {
    realFs.mkdirSync(at('data'));
    realFs.writeFileSync(at('data/x.csv'), 'a,b\n');
    const files = new FilesOfCell(folder);
    files.note(at('data/x.csv'), 'read');
    files.note(at('data'), 'read');
    files.note(at('gone.csv'), 'written');
    files.note(path.join(tmpdir(), 'other'), 'written');
    files.note(at('node_modules/x/index.json'), 'read');
    files.note(at('.slipway/spool/x.jsonl'), 'written');
    files.note('/dev/null', 'written');
    expect([...files.read]).toEqual(['data/x.csv', 'data']);
    expect([...files.written]).toEqual(['gone.csv']);
    expect(await files.describe()).toEqual([
      { name: 'data/x.csv', size: 4, sha256: '5be08c9684a1d25efcee09318204824278b08bbfb4aef973ffefd0b9d7478313' }
    ]);
  });
});
