import { useTranslation } from '../display/index.js';

interface ParameterTableProps {
  readonly params: readonly { readonly key: string; readonly value: string }[];
}

/** Names and values. */
export function ParameterTable({ params }: ParameterTableProps): JSX.Element {
  const trans = useTranslation();
  if (params.length === 0) {
    return <p className="jp-SlipwayQuiet">{trans.__('None.')}</p>;
  }
  return (
    <table className="jp-SlipwayTable jp-mod-pairs">
      <tbody>
        {params.map(({ key, value }) => (
          <tr key={key}>
            <th scope="row">{key}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
