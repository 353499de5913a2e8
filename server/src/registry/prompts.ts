import type { KeyValue } from '@slipway/contract';

/** MLflow keeps prompts among its models, under this tag. They have a text and no files. */
export const PROMPT_TAG = 'mlflow.prompt.is_prompt';

/** Of tags with one key the last one counts. */
export function isPrompt(tags: readonly KeyValue[]): boolean {
  return tags.findLast(({ key }) => key === PROMPT_TAG)?.value.toLowerCase() === 'true';
}
