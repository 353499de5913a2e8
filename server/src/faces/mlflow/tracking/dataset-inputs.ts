import type { RunInputEntry } from '../../../platform/store/operations.js';
import { DatasetDetails } from '../entities.js';
import { missingParameter } from '../errors.js';
import { isJsonObject, RpcRequest, type JsonObject } from '../request.js';
import { checkLength } from './metric-fields.js';

const CONTEXT_TAG = 'mlflow.data.context';
const LONGEST = { name: 500, digest: 36, source: 65_535, schema: 1_048_575, profile: 16_777_215 } as const;
const LONGEST_TAG = { key: 255, value: 500 } as const;

/** A dataset of `log-inputs`. @throws MlflowError */
export function readDataset(input: JsonObject, index: number): RunInputEntry {
  const at = `datasets[${index}]`;
  if (!isJsonObject(input['dataset'])) {
    throw missingParameter(`${at}.dataset`);
  }
  const dataset = new RpcRequest(input['dataset']);
  const tags = new RpcRequest(input).keyValues('tags', { emptyKeys: true });
  const name = dataset.text('name');
  const digest = dataset.text('digest');
  const details: DatasetDetails = {
    source_type: dataset.text('source_type'),
    source: dataset.text('source'),
    schema: dataset.optionalText('schema'),
    profile: dataset.optionalText('profile'),
    tags
  };
  for (const [field, most] of Object.entries(LONGEST)) {
    checkLength(field, dataset.optionalText(field) ?? '', most);
  }
  for (const tag of tags) {
    checkLength('key', tag.key, LONGEST_TAG.key);
    checkLength('value', tag.value, LONGEST_TAG.value);
  }
  return {
    name,
    digest,
    context: tags.find(tag => tag.key === CONTEXT_TAG)?.value ?? '',
    version: null,
    details: JSON.stringify(details)
  };
}

/** What an experiment knows of a dataset, from the run that logged it first. */
export interface KnownInput {
  readonly name: string;
  readonly digest: string;
  readonly details: string;
  /** Whether this run has it already. */
  readonly own: boolean;
}

/**
 * A dataset is the same in all runs of an experiment, as on MLflow's server: what was said of it first stays, and a run has it
 * once.
 */
export function withoutKnown(inputs: readonly RunInputEntry[], known: readonly KnownInput[]): RunInputEntry[] {
  const keyOf = ({ name, digest }: { name: string; digest: string }): string => JSON.stringify([name, digest]);
  const first = new Map<string, KnownInput | RunInputEntry>();
  const own = new Set(known.filter(each => each.own).map(keyOf));
  for (const each of known) {
    first.set(keyOf(each), first.get(keyOf(each)) ?? each);
  }
  return inputs.flatMap(input => {
    const key = keyOf(input);
    const before = first.get(key);
    first.set(key, before ?? input);
    if (own.has(key)) {
      return [];
    }
    own.add(key);
    return before === undefined ? [input] : [{ ...input, details: described(before.details, input.details) }];
  });
}

/** The description of the one with the tags of the other. */
function described(first: string | null, second: string | null): string | null {
  if (first === null || second === null) {
    return second;
  }
  const { tags } = DatasetDetails.parse(JSON.parse(second));
  return JSON.stringify({ ...DatasetDetails.parse(JSON.parse(first)), tags });
}
