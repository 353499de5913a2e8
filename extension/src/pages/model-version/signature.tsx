import type { ModelSignature, SignatureOutput } from '@slipway/contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import { formatNumber, inputTypeText, useTranslation } from '../../display/index.js';

/** Inputs and outputs by name, in the order of the graph. */
export function SignatureTable({ signature }: { readonly signature: ModelSignature }): JSX.Element {
  const trans = useTranslation();
  return (
    <table className="jp-SlipwayTable">
      <thead>
        <tr>
          <th scope="col">{trans.__('Name')}</th>
          <th scope="col">{trans.__('Direction')}</th>
          <th scope="col">{trans.__('Type')}</th>
          <th scope="col">{trans.__('In training')}</th>
          <th scope="col">{trans.__('When missing')}</th>
        </tr>
      </thead>
      <tbody>
        {signature.inputs.map(input => (
          <tr key={`in/${input.name}`}>
            <th scope="row">{input.name}</th>
            <td>{trans.__('in')}</td>
            <td>
              <code>{inputTypeText(input)}</code>
            </td>
            <td>
              {input.range === null
                ? signature.training_frame === null && input.datatype.startsWith('FP')
                  ? trans.__('not known')
                  : ''
                : trans.__('%1 … %2', formatNumber(input.range.min), formatNumber(input.range.max))}
            </td>
            <td>{input.nullable ? trans.__('filled in') : trans.__('refused')}</td>
          </tr>
        ))}
        {signature.outputs.map(output => (
          <tr key={`out/${output.name}`}>
            <th scope="row">{output.name}</th>
            <td>{trans.__('out')}</td>
            <td>
              <code>{output.datatype}</code>
            </td>
            <td colSpan={2}>{gives(output, signature, trans)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the values of an output mean. */
function gives({ role, names }: SignatureOutput, { labels }: ModelSignature, trans: TranslationBundle): string {
  const list = (names ?? []).join(', ');
  switch (role) {
    case 'probabilities':
      return trans.__('probabilities of %1', (labels ?? []).join(', '));
    case 'label':
      return trans.__('the most likely class');
    case 'value':
      return names === undefined ? trans.__('a number') : list;
    case 'cluster':
      return trans.__('number of the nearest cluster');
    case 'distances':
      return trans.__('distances to the clusters %1', list);
    case 'components':
      return list;
  }
}
