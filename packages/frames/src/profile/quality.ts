import type { Column, ColumnProfile, QualityCheck } from '@slipway/contract';
import { queryRows, quoteName } from '../engine/engine.js';
import { LARGE } from './profile.js';

/** A text column of which at least this share are numbers is probably a number column with a slip in it. */
const MOSTLY_NUMERIC = 0.9;
/** Hashes of rows that are compared at a time: some 40 MB. */
const HASHES_AT_A_TIME = 1_000_000;
/** A column of no more different values is counted by value. */
const FEW_WORDS = 10_000;

/** Checks that every dataset version carries: rows, missing values, duplicates, constant and half-numeric columns, time. */
export async function checkQuality(
  table: string,
  columns: readonly Column[],
  profile: readonly ColumnProfile[],
  timeColumn: string | null
): Promise<QualityCheck[]> {
  const from = quoteName(table);
  const total = Number((await queryRows(`select count(*) as n from ${from}`))[0]!['n']);
  const checks: QualityCheck[] = [
    { id: 'has-rows', title: 'Has rows', verdict: total > 0 ? 'pass' : 'fail', evidence: `${total} rows.` },
    missingValues(profile, total),
    await duplicateRows(from, columns, total),
    constantColumns(profile),
    await halfNumericColumns(from, profile, total)
  ];
  if (timeColumn) checks.push(await timeOrder(from, timeColumn));
  return checks;
}

function missingValues(profile: readonly ColumnProfile[], total: number): QualityCheck {
  const gaps = profile.filter(p => p.missing > 0);
  const worst = gaps.map(p => `${p.name} ${p.missing} of ${total}`).join(', ');
  return {
    id: 'no-missing-values',
    title: 'No missing values',
    verdict: gaps.length === 0 ? 'pass' : 'warn',
    evidence: gaps.length === 0 ? `All ${profile.length} columns are complete.` : `Missing: ${worst}.`
  };
}

async function duplicateRows(from: string, columns: readonly Column[], total: number): Promise<QualityCheck> {
  const distinct = total > LARGE ? await differentHashes(from, columns, total) : await differentRows(from);
  const copies = total - distinct;
  return {
    id: 'no-duplicate-rows',
    title: 'No duplicate rows',
    verdict: copies === 0 ? 'pass' : 'warn',
    evidence: copies === 0 ? `${total} different rows.` : `${copies} rows are copies of others.`
  };
}

async function differentRows(from: string): Promise<number> {
  return Number((await queryRows(`select count(*) as n from (select distinct * from ${from})`))[0]!['n']);
}

/**
 * How many rows are different, by their hashes: 64 bits hardly ever meet by chance. So many are in memory at a time as
 * little memory holds; each further share of them takes another look at the rows.
 */
async function differentHashes(from: string, columns: readonly Column[], total: number): Promise<number> {
  const hash = `hash(${columns.map(({ name }) => quoteName(name)).join(', ')})`;
  const shares = Math.ceil(total / HASHES_AT_A_TIME);
  let different = 0;
  for (let share = 0; share < shares; share++) {
    const [row] = await queryRows(
      `select count(distinct h) as n from (select ${hash} as h from ${from}) where h % ${shares} = ${share}`
    );
    different += Number(row!['n']);
  }
  return different;
}

function constantColumns(profile: readonly ColumnProfile[]): QualityCheck {
  const constant = profile.filter(p => p.count > 1 && p.distinct <= 1).map(p => p.name);
  return {
    id: 'no-constant-column',
    title: 'No constant column',
    verdict: constant.length === 0 ? 'pass' : 'warn',
    evidence: constant.length === 0 ? 'Every column varies.' : `One value only: ${constant.join(', ')}.`
  };
}

async function halfNumericColumns(
  from: string,
  profile: readonly ColumnProfile[],
  total: number
): Promise<QualityCheck> {
  const found: string[] = [];
  for (const { name: column, count, distinct } of profile.filter(p => p.type === 'string' && p.count > 0)) {
    const name = quoteName(column);
    if (total > LARGE && distinct > FEW_WORDS && (await manyWords(from, name, count, total))) continue;
    // Each word is looked at once, however often it stands there.
    const [row] = await queryRows(
      `select sum(n) as numbers from (select ${name} as value, count(*) as n from ${from} group by 1) ` +
        `where try_cast(value as double) is not null`
    );
    const numbers = Number(row!['numbers'] ?? 0);
    const share = numbers / count;
    if (share < MOSTLY_NUMERIC || share === 1) continue;
    const [odd] = await queryRows(
      `select ${name} as value from ${from} where ${name} is not null and try_cast(${name} as double) is null limit 1`
    );
    found.push(`${column}: ${numbers} of ${count} are numbers, but "${String(odd!['value'])}" is not`);
  }
  return {
    id: 'no-half-numeric-column',
    title: 'No column of numbers with text in it',
    verdict: found.length === 0 ? 'pass' : 'warn',
    evidence: found.length === 0 ? 'Text columns hold text.' : `${found.join('; ')}.`
  };
}

/** Whether the first rows alone hold too many words for a column of numbers. */
async function manyWords(from: string, name: string, present: number, total: number): Promise<boolean> {
  const [row] = await queryRows(
    `select count(*) as words from ${from} where rowid < ${Math.ceil(total / 5)} and ${name} is not null ` +
      `and try_cast(${name} as double) is null`
  );
  return Number(row!['words']) > (1 - MOSTLY_NUMERIC) * present;
}

async function timeOrder(from: string, timeColumn: string): Promise<QualityCheck> {
  const name = quoteName(timeColumn);
  const row = (
    await queryRows(
      `select count(*) filter (where t < p) as back, count(*) filter (where t = p) as same, count(*) as n from ` +
        `(select ${name} as t, lag(${name}) over () as p from ${from})`
    )
  )[0]!;
  const back = Number(row['back']);
  const same = Number(row['same']);
  return {
    id: 'time-in-order',
    title: 'Time runs forward',
    verdict: back === 0 && same === 0 ? 'pass' : 'warn',
    evidence:
      back === 0 && same === 0
        ? `${row['n']} rows, each later than the one before.`
        : `${back} rows are earlier than the row before, ${same} have the same time.`
  };
}
