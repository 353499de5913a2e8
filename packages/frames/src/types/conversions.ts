import type { ColumnType } from '@slipway/contract';
import { isExact, matches } from './value-kinds.js';

/** How values become those of a declared type: SQL expressions. Nothing is rounded. */
export interface Conversion {
  fits(name: string): string;
  value(name: string): string;
}

const DUCK_TYPES: Record<ColumnType, string> = {
  number: 'DOUBLE',
  integer: 'BIGINT',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  string: 'VARCHAR',
  tensor: 'FLOAT[]'
};

const YES = ['true', 't', 'yes', 'y', 'on', '1'];
const NO = ['false', 'f', 'no', 'n', 'off', '0'];

/** The conversion of a column of one type to another. */
export function conversion(from: ColumnType, to: ColumnType): Conversion {
  if (from === 'string' && to in FROM_TEXT) {
    return FROM_TEXT[to as keyof typeof FROM_TEXT];
  }
  if (from === 'number' && to === 'integer') {
    return {
      fits: name => `${name} = trunc(${name}) and try_cast(${name} as bigint) is not null`,
      value: name => `try_cast(${name} as bigint)`
    };
  }
  if (from === 'integer' && to === 'number') {
    return {
      fits: name => `try_cast(cast(${name} as double) as hugeint) = ${name}`,
      value: name => `cast(${name} as double)`
    };
  }
  if ((from === 'integer' || from === 'number') && to === 'boolean') {
    return { fits: name => `${name} in (0, 1)`, value: name => `${name} = 1` };
  }
  if (from === 'timestamp' && to === 'date') {
    return {
      fits: name => `${name} = date_trunc('day', ${name})`,
      value: name => `cast(${name} as date)`
    };
  }
  return {
    fits: name => `try_cast(${name} as ${DUCK_TYPES[to]}) is not null`,
    value: name => `try_cast(${name} as ${DUCK_TYPES[to]})`
  };
}

const FROM_TEXT: Record<'number' | 'integer' | 'boolean' | 'date' | 'timestamp', Conversion> = {
  number: {
    fits: text => `${matches(text, '[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?')} and ${isExact(text)}`,
    value: text => `try_cast(${text} as double)`
  },
  integer: {
    fits: text => `${matches(text, '[+-]?[0-9]+(?:[.]0*)?')} and try_cast(${wholePart(text)} as bigint) is not null`,
    value: text => `try_cast(${wholePart(text)} as bigint)`
  },
  boolean: {
    fits: text => `lower(trim(${text})) in (${[...YES, ...NO].map(word => `'${word}'`).join(', ')})`,
    value: text => `lower(trim(${text})) in (${YES.map(word => `'${word}'`).join(', ')})`
  },
  date: {
    fits: text => `coalesce(try_cast(${text} as timestamp) = try_cast(${text} as date), false)`,
    value: text => `cast(try_cast(${text} as timestamp) as date)`
  },
  timestamp: {
    // With a zone in some rows only, nobody knows which instants the others are.
    fits: text => `try_cast(${text} as timestamp) is not null and not ${matches(text, '.*:.*(?:Z|UTC|[+-][0-9:]+)')}`,
    value: text => `try_cast(${text} as timestamp)`
  }
};

function wholePart(text: string): string {
  return `regexp_replace(trim(${text}), '[.]0*$', '')`;
}
