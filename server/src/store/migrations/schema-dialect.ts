/** What differs between the databases in otherwise common DDL. */
export interface SchemaDialect {
  /** Column type of a generated integer primary key. */
  readonly identity: string;
  /** Ends a `create table` whose primary key is the whole access path. */
  readonly keyed: string;
}

export const SQLITE_SCHEMA: SchemaDialect = { identity: 'integer primary key', keyed: 'without rowid' };

/** One step of the schema. Names are recorded in `schema_migration`, and never change once released. */
export interface Migration {
  readonly name: string;
  statements(dialect: SchemaDialect): readonly string[];
}
