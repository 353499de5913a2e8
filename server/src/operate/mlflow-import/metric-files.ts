import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { MetricValue } from '@slipway/contract';
import { InvalidRequestError } from '../../platform/errors.js';
import { numberOf, toStored } from '../../platform/store/metric-value.js';
import type { MetricEntry } from '../../platform/store/operations.js';
import type { ForeignLoggedModel } from './foreign-store.js';
import { filesBelow } from './store-files.js';

const POINTS_AT_ONCE = 5000;

/** A file for each metric, with a line `time value step` for each point; one that is there twice counts once. */
export async function* pointsBelow(folder: string): AsyncIterable<readonly MetricEntry[]> {
  for (const key of await filesBelow(folder)) {
    const seen = new Set<string>();
    let batch: MetricEntry[] = [];
    const lines = createInterface({ input: createReadStream(path.join(folder, ...key.split('/'))) });
    for await (const line of lines) {
      const point = parseLine(line);
      const name = `${point.timestamp} ${point.value} ${point.step}`;
      if (!seen.has(name)) {
        seen.add(name);
        batch.push({ key, ...point });
      }
      if (batch.length === POINTS_AT_ONCE) {
        yield batch;
        batch = [];
      }
    }
    yield batch;
  }
}

/** Those that were measured of a logged model: their lines go on with the run and the dataset. */
export async function modelMetrics(folder: string): Promise<ForeignLoggedModel['metrics']> {
  const found: ForeignLoggedModel['metrics'][number][] = [];
  for (const name of await filesBelow(folder)) {
    const content = await readFile(path.join(folder, ...name.split('/')), 'utf8');
    for (const line of content.split('\n').filter(each => each !== '')) {
      const { timestamp: ts, value, step } = parseLine(line);
      const [, , , run = '', dataset_name = null, dataset_digest = null] = line.split(' ');
      found.push({ name, ts, step, run, value: toStored(numberOf(value)), dataset_name, dataset_digest });
    }
  }
  return found;
}

/** @throws InvalidRequestError */
function parseLine(line: string): { timestamp: number; value: MetricValue; step: number } {
  const [time = '', value = '', step = '0'] = line.trim().split(' ');
  const parsed = { timestamp: Number(time), value: parseValue(value), step: Number(step) };
  if (!Number.isSafeInteger(parsed.timestamp) || !Number.isSafeInteger(parsed.step) || time === '') {
    throw new InvalidRequestError(`A line of a metric is not as MLflow writes it: '${line.slice(0, 100)}'.`);
  }
  return parsed;
}

/** As Python writes numbers. */
function parseValue(text: string): MetricValue {
  switch (text.toLowerCase()) {
    case 'nan':
      return 'NaN';
    case 'inf':
      return 'Infinity';
    case '-inf':
      return '-Infinity';
    default: {
      const value = Number(text);
      if (text === '' || Number.isNaN(value)) {
        throw new InvalidRequestError(`A metric has the value '${text.slice(0, 100)}', which is not a number.`);
      }
      return value;
    }
  }
}
