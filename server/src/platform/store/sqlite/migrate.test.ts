import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidStateError } from '../../errors.js';
import { migrations } from '../migrations/index.js';
import { migrate } from './migrate.js';

let folder: string;
let database: DatabaseSync;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-migrate-'));
  database = new DatabaseSync(path.join(folder, 'slipway.db'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a database of an earlier version', () => {
  it('keeps its model versions, and can then hold versions without a bundle', () => {
    migrate(
      database,
      migrations.filter(({ name }) => name < '0004')
    );
    database.exec(`insert into registered_model(id, name, description, created_at, updated_at)
      values(7, 'rain', '', 1, 1)`);
    database.exec(`insert into model_version(model, version, bundle_digest, created_at, updated_at, description, stage,
      run_id, signature, metrics, headline) values(7, 3, 'abc', 1, 2, 'third', 'Production', 'r1', '{}', '{}', null)`);
    const later = migrations.map(({ name }) => name).filter(name => name >= '0004');
    expect(migrate(database)).toEqual(later);
    expect(database.prepare('select * from model_version').all()).toMatchObject([
      {
        ...{ model: 7, version: 3, bundle_digest: 'abc', stage: 'Production', run_id: 'r1', signature: '{}' },
        ...{ deleted: 0, source: null, run_link: '', logged_model: null }
      }
    ]);
    database.exec(`insert into model_version(model, version, created_at, updated_at, description, stage, metrics)
      values(7, 4, 1, 1, '', 'None', '{}')`);
    expect(migrate(database)).toEqual([]);
  });
});

describe('a database of a later version', () => {
  it('is refused, and left as it is', () => {
    migrate(database);
    database.exec(`insert into schema_migration(name, applied_at) values('9999-later', 1)`);
    expect(() => migrate(database)).toThrow(InvalidStateError);
    expect(() => migrate(database)).toThrow('9999-later');
  });
});

describe('the schema', () => {
  it('is applied once, in order, each step with its name', () => {
    const database = new DatabaseSync(':memory:');
    const step = (name: string) => ({ name, statements: () => [`create table "${name}"(x integer)`] });
    expect(migrate(database, [step('one')])).toEqual(['one']);
    expect(migrate(database, [step('one'), step('two')])).toEqual(['two']);
    expect(migrate(database, [step('one'), step('two')])).toEqual([]);
  });

  it('stays as it was when a step fails', () => {
    const database = new DatabaseSync(':memory:');
    const broken = { name: 'bad', statements: () => ['create table half(x integer)', 'create nonsense'] };
    expect(() => migrate(database, [broken])).toThrow();
    expect(database.prepare(`select count(*) as tables from sqlite_master where name = 'half'`).get()).toEqual({
      tables: 0
    });
  });
});
