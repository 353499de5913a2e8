import type { Provenance } from '@slipway/contract';
import { formatBytes, useTranslation } from '../../display/index.js';

/** Rows that say from which file a model was imported, and what became of it. */
export function ProvenanceRows({ provenance }: { readonly provenance: Provenance }): JSX.Element {
  const trans = useTranslation();
  const { file, sha256, size, producer, producer_version, opsets, licence, source, edits } = provenance;
  const madeBy = `${producer} ${producer_version}`.trim();
  const facts: readonly (readonly [string, string])[] = [
    [trans.__('Made by'), madeBy === '' ? trans.__('not said') : madeBy],
    [
      trans.__('Operator sets'),
      Object.entries(opsets)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ')
    ],
    [trans.__('Licence'), licence ?? trans.__('not said')],
    [trans.__('Got from'), source ?? trans.__('not said')]
  ];
  return (
    <>
      <tr>
        <th scope="row">{trans.__('Imported from')}</th>
        <td>
          {trans.__('%1, %2,', file, formatBytes(size))} <code title={sha256}>{sha256.slice(0, 12)}</code>
        </td>
      </tr>
      {facts.map(([name, value]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>{value}</td>
        </tr>
      ))}
      {edits.length === 0 ? null : (
        <tr>
          <th scope="row">{trans.__('Changed at import')}</th>
          <td>{edits.join(' ')}</td>
        </tr>
      )}
    </>
  );
}
