import '../../../testing/widget-globals.js';
import type { ColumnProfile, DatasetVersion } from '@slipway/contract';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ColumnTable } from './columns.js';

const profile: ColumnProfile = {
  name: 'city',
  type: 'string',
  count: 8,
  missing: 2,
  distinct: 4,
  min: 'Aachen',
  max: 'Zug',
  mean: null,
  std: null,
  quartiles: null,
  histogram: null,
  top: [
    { value: 'Bonn', count: 4 },
    { value: 'Zug', count: 2 },
    { value: 'Aachen', count: 1 },
    { value: 'Wien', count: 1 }
  ]
};

function shown(changes: Partial<ColumnProfile>): string {
  const column = { ...profile, ...changes };
  const dataset = {
    columns: [{ name: column.name, type: column.type, nullable: true }],
    profile: [column],
    row_count: 10,
    time_column: null
  } as unknown as DatasetVersion;
  return renderToStaticMarkup(<ColumnTable dataset={dataset} />).replaceAll('\u202f', ' ');
}

describe('the columns of a dataset', () => {
  it('show the most frequent values of categories, not the first and last by letter', () => {
    const table = shown({});
    expect(table).toContain('>Bonn 40 %, Zug 20 %, Aachen 10 %</td>');
    expect(table).toContain('title="Bonn 40 %, Zug 20 %, Aachen 10 %, Wien 10 %"');
    expect(table).not.toContain('Aachen … Zug');
  });

  it('show from where to where numbers go', () => {
    const numbers = {
      type: 'number',
      min: 1015,
      max: 20.5,
      mean: 512.25,
      std: 3,
      top: []
    } satisfies Partial<ColumnProfile>;
    expect(shown({ ...numbers, min: -3, max: 1015 })).toContain('>-3 … 1,015</td>');
  });
});
