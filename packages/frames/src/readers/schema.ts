import { counted } from '@slipway/wording';
import type { ColumnType } from '@slipway/contract';
import { SlipwayError } from '@slipway/notebook';
import { execute, freshTable, queryRows, quoteName, quoteText, unknownColumn } from '../engine/engine.js';
import { readSchema } from '../frame/frame-schema.js';
import { conversion } from '../types/conversions.js';

/** What a column has to be; a bare type says only that. */
export interface ColumnRule {
  readonly type?: ColumnType;
  /** Least and greatest value that can be. */
  readonly min?: number;
  readonly max?: number;
  /** No value is missing. */
  readonly required?: boolean;
  /** All values that can be. */
  readonly oneOf?: readonly string[];
}

export type DataSchema = Readonly<Record<string, ColumnType | ColumnRule>>;

const DESCRIBED: Record<ColumnType, string> = {
  number: 'a number that can be kept exactly',
  integer: 'a whole number',
  boolean: 'true or false',
  date: 'a date',
  timestamp: 'a date with a time',
  string: 'text',
  tensor: 'a list of numbers'
};

/** The types that a schema declares. */
export function declaredTypes(schema: DataSchema): ReadonlyMap<string, ColumnType> {
  return new Map(
    Object.entries(schema).flatMap(([name, rule]) => {
      const type = typeof rule === 'string' ? rule : rule.type;
      return type === undefined ? [] : [[name, type] as const];
    })
  );
}

/**
 * Gives columns the types of a schema, and refuses rows that break its rules. Columns that it does not name stay as they
 * were read.
 *
 * @returns the table with the types.
 * @throws SlipwayError COLUMN_UNKNOWN; DATA_REFUSED with the number of rows, the first of them and its value.
 */
export async function applySchema(table: string, schema: DataSchema, named: string): Promise<string> {
  if (Object.keys(schema).length === 0) {
    return table;
  }
  const columns = await readSchema(table);
  const names = columns.map(({ name }) => name);
  const rules = Object.entries(schema).map(([name, rule]) => {
    if (!names.includes(name)) {
      throw unknownColumn(name, names, `in "${named}", which the schema names`);
    }
    return { name, rule: typeof rule === 'string' ? { type: rule } : rule };
  });
  const casts = rules.flatMap(({ name, rule }) => {
    const { type } = columns.find(column => column.name === name)!;
    return rule.type === undefined || rule.type === type
      ? []
      : [{ name, to: rule.type, cast: conversion(type, rule.type) }];
  });
  for (const { name, to, cast } of casts) {
    const column = quoteName(name);
    await refuse(
      table,
      name,
      named,
      `${column} is not null and not coalesce(${cast.fits(column)}, false)`,
      `is not ${DESCRIBED[to]}`
    );
  }
  const typed = casts.length === 0 ? table : freshTable();
  if (casts.length > 0) {
    const list = casts.map(({ name, cast }) => {
      const column = quoteName(name);
      return `case when ${column} is null then null else ${cast.value(column)} end as ${column}`;
    });
    await execute(`create table ${quoteName(typed)} as select * replace (${list.join(', ')}) from ${quoteName(table)}`);
    await execute(`drop table ${quoteName(table)}`);
  }
  for (const { name, rule } of rules) {
    const column = quoteName(name);
    const { min, max, required, oneOf } = rule as ColumnRule;
    if (min !== undefined) {
      await refuse(typed, name, named, `${column} < ${min}`, `is less than ${min}`);
    }
    if (max !== undefined) {
      await refuse(typed, name, named, `${column} > ${max}`, `is more than ${max}`);
    }
    if (required) {
      await refuse(typed, name, named, `${column} is null`, 'is missing');
    }
    if (oneOf) {
      const list = oneOf.map(quoteText).join(', ');
      await refuse(
        typed,
        name,
        named,
        `cast(${column} as varchar) not in (${list})`,
        `is not one of ${oneOf.join(', ')}`
      );
    }
  }
  return typed;
}

async function refuse(table: string, name: string, named: string, broken: string, what: string): Promise<void> {
  const [row] = await queryRows(
    `select count(*) as n, min(slipway_row) as first, arg_min(cast(${quoteName(name)} as varchar), slipway_row) as value ` +
      `from (select *, row_number() over () as slipway_row from ${quoteName(table)}) where ${broken}`
  );
  const count = Number(row!['n']);
  if (count === 0) {
    return;
  }
  const value = row!['value'] === null ? '' : ` ("${String(row!['value'])}")`;
  throw new SlipwayError(
    'DATA_REFUSED',
    `"${name}" of "${named}" ${what} in ${counted(count, 'row')}, first in row ${String(row!['first'])}${value}.`,
    { remedy: 'Fix the rows where they come from, or change the schema; nothing was registered.' }
  );
}
