import { counted } from '@slipway/wording';
import type { Column, ColumnProfile, QualityCheck } from '@slipway/contract';
import { queryRows, quoteName } from '../engine/engine.js';
import type { Frame } from '../frame/frame.js';
import { FEW } from './profile.js';
import { LARGE } from './figures.js';

/** A text column of which at least this share are numbers is probably a number column with a slip in it. */
const MOSTLY_NUMERIC = 0.9;
/** With one word only among the numbers, this share is enough: it probably means a missing value. */
const FEWEST_NUMERIC = 0.5;
/** Hashes of rows that are compared at a time: some 40 MB. */
const HASHES_AT_A_TIME = 1_000_000;
/** A column of no more different values is counted by value. */
const FEW_WORDS = 10_000;

/** Checks that every dataset version carries: rows, missing values, duplicates, constant and half-numeric columns, time. */
export async function checkQuality(
  { table, columns, rowCount: total, time }: Pick<Frame, 'table' | 'columns' | 'rowCount' | 'time'>,
  profile: readonly ColumnProfile[]
): Promise<QualityCheck[]> {
  const from = quoteName(table);
  const checks: QualityCheck[] = [
    { id: 'has-rows', title: 'Has rows', verdict: total > 0 ? 'pass' : 'fail', evidence: `${total} rows.` },
    missingValues(profile, total),
    await duplicateRows(from, columns, total),
    constantColumns(profile),
    ...(await textOfNumbers(from, profile, total)),
    ...(await infiniteNumbers(from, profile))
  ];
  if (time !== null) {
    checks.push(await timeOrder(from, time));
  }
  return checks;
}

function missingValues(profile: readonly ColumnProfile[], total: number): QualityCheck {
  const gaps = profile.filter(p => p.missing > 0);
  const worst = gaps.map(p => `${p.name} ${p.missing} of ${total}`).join(', ');
  return {
    id: 'no-missing-values',
    title: 'No missing values',
    verdict: gaps.length === 0 ? 'pass' : 'warn',
    evidence: gaps.length === 0 ? `All ${counted(profile.length, 'column')} are complete.` : `Missing: ${worst}.`
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
 * How many rows are different, by their hashes: 64 bits hardly ever collide. So many are in memory at a time as
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

/** Columns of text that hold numbers: with a word among them, or too long to be kept as numbers. */
async function textOfNumbers(from: string, profile: readonly ColumnProfile[], total: number): Promise<QualityCheck[]> {
  const [halfNumeric, tooLong]: [string[], string[]] = [[], []];
  const texts = profile.filter(({ type, count }) => type === 'string' && count > 0);
  const numbers = await numbersIn(from, texts, total);
  for (const { name: column, count } of texts) {
    const share = (numbers.get(column) ?? 0) / count;
    if (share === 1 && (await holdsLongNumbers(from, column))) {
      tooLong.push(column);
    }
    if (share < FEWEST_NUMERIC || share === 1) {
      continue;
    }
    const odd = await oddWords(from, column);
    const numbersOf = `${column}: ${numbers.get(column)} of ${count} are numbers`;
    if (odd.different === 1) {
      const rows = count - (numbers.get(column) ?? 0);
      halfNumeric.push(
        `${numbersOf}, but "${odd.word}"${rows === 1 ? '' : ` (${counted(rows, 'row')})`} is not; if it means a missing value, ` +
          `read it with { missing: [${JSON.stringify(odd.word)}] }`
      );
    } else if (share >= MOSTLY_NUMERIC) {
      halfNumeric.push(`${numbersOf}, but "${odd.word}" is not`);
    }
  }
  return [
    {
      id: 'no-half-numeric-column',
      title: 'No column of numbers with text in it',
      verdict: halfNumeric.length === 0 ? 'pass' : 'warn',
      evidence: halfNumeric.length === 0 ? 'Text columns hold text.' : `${halfNumeric.join('; ')}.`
    },
    {
      id: 'exact-whole-numbers',
      title: 'Whole numbers are exact',
      verdict: tooLong.length === 0 ? 'pass' : 'warn',
      evidence:
        tooLong.length === 0
          ? 'None is beyond 2^53.'
          : `${tooLong.join(', ')} ${tooLong.length === 1 ? 'holds' : 'hold'} whole numbers beyond 2^53, which were kept as text.`
    }
  ];
}

/** How many values of text columns are numbers. Each word is looked at once, however often it is there. */
async function numbersIn(from: string, texts: readonly ColumnProfile[], total: number): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  if (total <= FEW && texts.length > 0) {
    const counts = texts.map(({ name }, i) => `count(try_cast(${quoteName(name)} as double)) as n${i}`);
    const [row] = await queryRows(`select ${counts.join(', ')} from ${from}`);
    texts.forEach(({ name }, i) => found.set(name, Number(row![`n${i}`])));
    return found;
  }
  for (const { name: column, count, distinct } of texts) {
    const name = quoteName(column);
    if (total > LARGE && distinct > FEW_WORDS && (await manyWords(from, name, count, total))) {
      continue;
    }
    const [row] = await queryRows(
      `select sum(n) as numbers from (select ${name} as value, count(*) as n from ${from} group by 1) ` +
        `where try_cast(value as double) is not null`
    );
    found.set(column, Number(row!['numbers'] ?? 0));
  }
  return found;
}

async function oddWords(from: string, column: string): Promise<{ different: number; word: string }> {
  const name = quoteName(column);
  const [row] = await queryRows(
    `select count(distinct ${name}) as different, any_value(${name}) as word from ${from} ` +
      `where ${name} is not null and try_cast(${name} as double) is null`
  );
  return { different: Number(row!['different']), word: String(row!['word']) };
}

async function holdsLongNumbers(from: string, column: string): Promise<boolean> {
  const name = quoteName(column);
  const [row] = await queryRows(
    `select bool_and(regexp_full_match(${name}, ' *-?[0-9]+(?:[.][0-9]*)? *')) and ` +
      `max(abs(try_cast(${name} as double))) >= ${Number.MAX_SAFE_INTEGER} as long from ${from} where ${name} is not null`
  );
  return row!['long'] === true;
}

async function infiniteNumbers(from: string, profile: readonly ColumnProfile[]): Promise<QualityCheck[]> {
  const counts = await infiniteIn(from, profile);
  const found = [...counts].map(([column, n]) => `${column} ${n}`);
  return [
    {
      id: 'no-infinite-values',
      title: 'No infinite values',
      verdict: found.length === 0 ? 'pass' : 'warn',
      evidence: found.length === 0 ? 'All numbers are finite.' : `Infinite: ${found.join(', ')}.`
    }
  ];
}

/** How many infinite numbers a column holds, where it holds any: the bins of its histogram hold the finite ones. */
async function infiniteIn(from: string, profile: readonly ColumnProfile[]): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const { name, type, count, histogram } of profile) {
    if (type !== 'number' || count === 0) {
      continue;
    }
    const infinite = histogram
      ? count - histogram.counts.reduce((sum, each) => sum + each, 0)
      : await countOf(from, `isinf(cast(${quoteName(name)} as double))`);
    if (infinite > 0) {
      found.set(name, infinite);
    }
  }
  return found;
}

async function countOf(from: string, condition: string): Promise<number> {
  const [row] = await queryRows(`select count(*) filter (where ${condition}) as n from ${from}`);
  return Number(row!['n']);
}

/** Whether the first rows alone hold too many words for a column of numbers. */
async function manyWords(from: string, name: string, present: number, total: number): Promise<boolean> {
  const [row] = await queryRows(
    `select count(*) as words from ${from} where rowid < ${Math.ceil(total / 5)} and ${name} is not null ` +
      `and try_cast(${name} as double) is null`
  );
  return Number(row!['words']) > (1 - FEWEST_NUMERIC) * present;
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
    // Several rows of one time are in order: sensors, shops and people share their days.
    verdict: back === 0 ? 'pass' : 'warn',
    evidence:
      back > 0
        ? `${counted(back, 'row is', 'rows are')} earlier than the row before.`
        : same > 0
          ? `No row is earlier than the row before; ${counted(same, 'row has', 'rows have')} the same time as it.`
          : `${counted(Number(row['n']), 'row')}, each later than the one before.`
  };
}
