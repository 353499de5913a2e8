import { useMemo } from 'react';
import { drawPoints, metricSpec, VegaChart, type MetricGroup } from '../../charts/index.js';
import { formatNumber, useTranslation } from '../../display/index.js';

/** Chart of one metric over steps. */
export function MetricChart({ group }: { readonly group: MetricGroup }): JSX.Element {
  const trans = useTranslation();
  const spec = useMemo(() => metricSpec(trans.__('step'), trans.__('value')), [trans]);
  const points = useMemo(() => drawPoints(group), [group]);
  const last = group.series
    .map(({ key, points: all }) => `${key} ${formatNumber(all.at(-1)?.value ?? 'NaN')}`)
    .join(', ');
  return (
    <div className="jp-SlipwayCard">
      <h3>{group.name}</h3>
      <VegaChart
        spec={spec}
        points={points}
        label={trans.__('Chart of %1 over steps; last values: %2', group.name, last)}
      />
    </div>
  );
}
