import type { ColumnProfile, DatasetVersion } from '@slipway/contract';
import { ColumnHistogram } from '../../charts/index.js';
import { columnTypeWord, formatCount, formatNumber, formatPercent, useTranslation } from '../../display/index.js';

/** Schema and profile: one row for each column, in the order of the data. */
export function ColumnTable({ dataset }: { readonly dataset: DatasetVersion }): JSX.Element {
  const trans = useTranslation();
  const profiles = new Map(dataset.profile.map(profile => [profile.name, profile]));
  return (
    <table className="jp-SlipwayTable jp-SlipwayColumns">
      <thead>
        <tr>
          <th scope="col">{trans.__('Column')}</th>
          <th scope="col">{trans.__('Type')}</th>
          <th scope="col">{trans.__('Distribution')}</th>
          <th scope="col">{trans.__('From … to')}</th>
          <th scope="col" className="jp-mod-number">
            {trans.__('Mean')}
          </th>
          <th scope="col" className="jp-mod-number">
            {trans.__('Missing')}
          </th>
          <th scope="col" className="jp-mod-number">
            {trans.__('Distinct')}
          </th>
        </tr>
      </thead>
      <tbody>
        {dataset.columns.map(column => {
          const profile = profiles.get(column.name);
          return (
            <tr key={column.name}>
              <th scope="row">{column.name}</th>
              <td>
                {columnTypeWord(column.type, trans)}
                {column.name === dataset.time_column ? (
                  <span className="jp-SlipwayBadge" title={trans.__('Rows are ordered in time by this column')}>
                    {trans.__('time')}
                  </span>
                ) : null}
              </td>
              {profile === undefined ? <td colSpan={5} /> : <ProfileCells profile={profile} rows={dataset.row_count} />}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function ProfileCells({ profile, rows }: { readonly profile: ColumnProfile; readonly rows: number }): JSX.Element {
  const { min, max, mean, std, missing, distinct } = profile;
  const trans = useTranslation();
  return (
    <>
      <td>
        <ColumnHistogram profile={profile} />
      </td>
      <td>{min === null || max === null ? topValues(profile) : trans.__('%1 … %2', edge(min), edge(max))}</td>
      <td className="jp-mod-number" title={std === null ? '' : trans.__('standard deviation %1', formatNumber(std))}>
        {mean === null ? '' : formatNumber(mean)}
      </td>
      <td className={`jp-mod-number ${missing > 0 ? 'jp-mod-caution' : ''}`}>
        {missing === 0
          ? trans.__('none')
          : trans.__('%1 (%2)', formatCount(missing), formatPercent(missing / Math.max(1, rows)))}
      </td>
      <td className="jp-mod-number">{formatCount(distinct)}</td>
    </>
  );
}

function edge(value: number | string): string {
  // Times come as ISO strings; the day is enough here.
  return typeof value === 'number' ? formatNumber(value) : value.replace(/T00:00:00.*$/, '');
}

function topValues({ top }: ColumnProfile): string {
  return top
    .slice(0, 5)
    .map(({ value }) => value)
    .join(', ');
}
