import type { ColumnProfile, ColumnType, DatasetVersion } from '@slipway/contract';
import { ColumnHistogram } from '../../charts/index.js';
import { formatCount, formatNumber, formatPercent, formatValue, useTranslation } from '../../display/index.js';

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
          <th scope="col">{trans.__('From … to, or most frequent')}</th>
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
                {column.type}
                {column.name === dataset.time_column ? (
                  <span className="jp-SlipwayBadge" title={trans.__('Rows are ordered in time by this column')}>
                    {trans.__('time')}
                  </span>
                ) : null}
              </td>
              {profile === undefined ? (
                <td colSpan={5} />
              ) : (
                <ProfileCells profile={profile} type={column.type} rows={dataset.row_count} />
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** How many of the most frequent values a row shows, and how many its tooltip. */
const FEW_TOP = 3;
const MOST_TOP = 10;

interface ProfileCellsProps {
  readonly profile: ColumnProfile;
  readonly type: ColumnType;
  readonly rows: number;
}

function ProfileCells({ profile, type, rows }: ProfileCellsProps): JSX.Element {
  const { min, max, mean, std, missing, distinct } = profile;
  const trans = useTranslation();
  // For strings, the most frequent values say more than the first and the last.
  const isOfCategories = (type === 'string' || type === 'boolean') && profile.top.length > 0;
  return (
    <>
      <td>
        <ColumnHistogram profile={profile} />
      </td>
      <td title={isOfCategories ? topValues(profile, rows, MOST_TOP) : ''}>
        {isOfCategories || min === null || max === null
          ? topValues(profile, rows, FEW_TOP)
          : trans.__('%1 … %2', edge(min), edge(max))}
      </td>
      <td className="jp-mod-number" title={std === null ? '' : trans.__('standard deviation %1', formatNumber(std))}>
        {mean === null ? '' : formatValue(mean)}
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
  return typeof value === 'number' ? formatValue(value) : value.replace(/T00:00:00.*$/, '');
}

/** The most frequent values with their share of the rows. */
function topValues({ top }: ColumnProfile, rows: number, most: number): string {
  return top
    .slice(0, most)
    .map(({ value, count }) => `${value} ${formatPercent(count / Math.max(1, rows))}`)
    .join(', ');
}
