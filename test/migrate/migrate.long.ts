import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DATABASES } from '../server/databases.js';
import { freshFolder } from '../server/slipway-process.js';
import { describeServer, describeStore, migrate, writeStore } from './migrations.js';

/** Has the whole of MLflow, whose stores in databases the small package lacks. */
const MLFLOW = process.env['SLIPWAY_MLFLOW_PYTHON'] ?? '';

describe('a database that MLflow wrote', () => {
  let folder: Awaited<ReturnType<typeof freshFolder>>;
  let uri: string;
  beforeAll(async () => {
    folder = await freshFolder();
    uri = `sqlite:///${path.join(folder.path, 'mlflow.db')}`;
    await writeStore(MLFLOW, folder.path, uri);
  });
  afterAll(() => folder.remove());

  it.each(DATABASES)('is the same to the stock client, brought over to $name', async ({ name, environment }) => {
    const env = await environment();
    const data = path.join(folder.path, name);
    const ended = await migrate(uri, data, env);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const theirs = await describeStore(MLFLOW, folder.path, uri);
    expect(await describeServer(MLFLOW, folder.path, data, env)).toEqual(theirs);
  });
});
