import { type MimeBundle, renderCard, renderTable, textTable } from '@slipway/notebook';
import { inputType } from '@slipway/tensor-inputs';
import { formatNumber } from '@slipway/wording';
import type { StoredModel } from './stored-model.js';

/** A stored model: its deciding metric, what can be done with it, its inputs. */
export function storedModelBundle({ target, reference, signature, evaluation, isResumable }: StoredModel): MimeBundle {
  const header = ['input', 'type', 'may be missing'];
  const rows = (signature?.inputs ?? []).map(input => [input.name, inputType(input), input.nullable ? 'yes' : 'no']);
  const subtitle = [
    ...(evaluation ? [`${evaluation.metric} ${formatNumber(evaluation.value)}`] : []),
    signature ? 'can be registered' : 'could not be exported to ONNX',
    ...(isResumable ? ['its training can go on'] : [])
  ].join(' · ');
  const title = `Model for ${target} (${reference})`;
  return {
    'text/html': renderCard({ title, subtitle, body: renderTable(header, rows) }),
    'text/plain': `${title}: ${subtitle}\n${textTable(header, rows)}`
  };
}
