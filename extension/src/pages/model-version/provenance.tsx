import type { Provenance } from '@slipway/contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import { formatBytes, useTranslation } from '../../display/index.js';

/** Table rows with the file that a model was imported from and how it was converted. */
export function ProvenanceRows({ provenance }: { readonly provenance: Provenance }): JSX.Element {
  const trans = useTranslation();
  const { file, sha256, size, edits, vectors } = provenance;
  return (
    <>
      <tr>
        <th scope="row">{trans.__('Imported from')}</th>
        <td>
          {file} <span className="jp-SlipwayQuiet">{formatBytes(size)}</span>
        </td>
      </tr>
      <tr>
        <th scope="row">{trans.__('SHA-256')}</th>
        <td>
          <code className="jp-SlipwayDigest">{sha256}</code>
        </td>
      </tr>
      {factsOf(provenance, trans).map(([name, value]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>{value}</td>
        </tr>
      ))}
      <tr>
        <th scope="row">{trans.__('Changed at import')}</th>
        <td>
          {edits.length === 0 ? (
            trans.__('nothing')
          ) : (
            <ul className="jp-SlipwayEdits">
              {edits.map(edit => (
                <li key={edit}>{edit}</li>
              ))}
            </ul>
          )}
        </td>
      </tr>
      <tr>
        <th scope="row">{trans.__('Test vectors')}</th>
        <td>
          {vectors === 'sample' ? trans.__('rows given at the import') : trans.__('rows generated at the import')}
        </td>
      </tr>
    </>
  );
}

/** Metadata of the file and of its importer. Unknown values are left out, except the license. */
function factsOf(provenance: Provenance, trans: TranslationBundle): readonly (readonly [string, string])[] {
  const { producer, producer_version, opsets, ir_version, licence, source, domain, documentation } = provenance;
  const madeBy = `${producer} ${producer_version}`.trim();
  const versions = Object.entries(opsets).map(([name, version]) => `${name} ${version}`);
  const facts: readonly (readonly [string, string])[] = [
    [trans.__('Made by'), madeBy === '' ? trans.__('unknown') : madeBy],
    [trans.__('Operator sets'), trans.__('%1, IR version %2', versions.join(', '), ir_version)],
    [trans.__('License'), licence ?? trans.__('unknown')],
    [trans.__('Got from'), source ?? ''],
    [trans.__('Domain'), domain],
    [trans.__('Description'), documentation],
    ...Object.entries(provenance.metadata)
  ];
  return facts.filter(([, value]) => value !== '');
}
