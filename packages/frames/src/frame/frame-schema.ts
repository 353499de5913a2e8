import type { Column, ColumnType } from '@slipway/contract';
import { queryRows, quoteName } from '../engine/engine.js';

/** The contract's column type of a DuckDB type. */
export function columnType(duckType: string): ColumnType {
  // Lists (FLOAT[]) and arrays (FLOAT[784]) of numbers.
  if (/^(DOUBLE|FLOAT|U?(TINY|SMALL|BIG)?INT(EGER)?)\[\d*\]$/i.test(duckType)) {
    return 'tensor';
  }
  const base = duckType.replace(/\(.*$/, '').toUpperCase();
  switch (base) {
    case 'DOUBLE':
    case 'FLOAT':
    case 'DECIMAL':
      return 'number';
    case 'TINYINT':
    case 'SMALLINT':
    case 'INTEGER':
    case 'BIGINT':
    case 'HUGEINT':
    case 'UTINYINT':
    case 'USMALLINT':
    case 'UINTEGER':
    case 'UBIGINT':
      return 'integer';
    case 'BOOLEAN':
      return 'boolean';
    case 'DATE':
      return 'date';
    case 'TIMESTAMP':
    case 'TIMESTAMP WITH TIME ZONE':
      return 'timestamp';
    default:
      return 'string';
  }
}

/** Columns of a table with their types, and whether each holds a missing value. */
export async function readSchema(table: string): Promise<Column[]> {
  const described = await queryRows(`describe ${quoteName(table)}`);
  const names = described.map(row => String(row['column_name']));
  const counts = names.map((name, i) => `count(*) - count(${quoteName(name)}) as n${i}`).join(', ');
  const missing = (await queryRows(`select ${counts} from ${quoteName(table)}`))[0]!;
  return described.map((row, i) => ({
    name: names[i]!,
    type: columnType(String(row['column_type'])),
    nullable: Number(missing[`n${i}`]) > 0
  }));
}
