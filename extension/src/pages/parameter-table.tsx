import { useTranslation } from '../display/index.js';

/** A name and its value. */
export interface Fact {
  readonly key: string;
  readonly value: string;
}

interface ParameterTableProps {
  readonly params: readonly Fact[];
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
