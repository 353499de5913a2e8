import type { KeyValue } from '@slipway/contract';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { InvalidRequestError } from '../../platform/errors.js';

/** The `meta.yaml` of a folder. @returns undefined when there is none. @throws InvalidRequestError when its content is invalid. */
export async function readMeta<T>(folder: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const file = path.join(folder, 'meta.yaml');
  const content = await readIfThere(file);
  if (content === undefined) {
    return undefined;
  }
  try {
    // As PyYAML writes it, which follows the older version.
    return schema.parse(parse(content, { version: '1.1' }));
  } catch (cause) {
    throw new InvalidRequestError(`${file} is not as MLflow writes it.`, { cause });
  }
}

/** Names of the folders in a folder, in order; none when it is not there. */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort();
}

/** A file of each name with its content; names may have slashes in them, and are then paths. */
export async function readPairs(folder: string): Promise<KeyValue[]> {
  const names = await filesBelow(folder);
  return Promise.all(
    names.map(async key => ({ key, value: await readFile(path.join(folder, ...key.split('/')), 'utf8') }))
  );
}

/** Paths of all files below a folder, relative to it and with `/`, in order; links are not followed. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter(entry => entry.isFile())
    .map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw error;
  }
}
