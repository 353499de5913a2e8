import { InvalidStateError } from '../../errors.js';
import type { Migration } from './schema-dialect.js';

/**
 * The migrations that are still to be applied, in order.
 *
 * @param applied names that the database says were.
 * @throws InvalidStateError when a newer version of Slipway has already changed this database.
 */
export function pending(all: readonly Migration[], applied: ReadonlySet<string>): readonly Migration[] {
  const unknown = [...applied].filter(name => !all.some(migration => migration.name === name));
  if (unknown.length > 0) {
    throw new InvalidStateError(`The database was written by a newer version of Slipway (${unknown.join(', ')}).`, {
      remedy: 'Update Slipway, or name another data folder with --data.'
    });
  }
  return all.filter(migration => !applied.has(migration.name));
}

/** Alembic's table says that another program keeps its tables there. @throws InvalidStateError when a database is one of MLflow's own. */
export function refuseForeign(tables: ReadonlySet<string>): void {
  if (tables.has('alembic_version') && !tables.has('schema_migration')) {
    throw new InvalidStateError('The database is one of MLflow’s own, or of another program.', {
      remedy: 'Name an empty one, and bring over what is in this one: `slipway mlflow import --from … --to …`.'
    });
  }
}
