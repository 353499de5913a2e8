import type { MetricValue } from '@slipway/contract';
import { formatNumber, useTranslation } from '../display/index.js';

/** What a metric in a row has to be compared with. */
export function Baseline({ name, value }: { readonly name: string; readonly value: MetricValue }): JSX.Element {
  const trans = useTranslation();
  return (
    <span className="jp-SlipwayRow-baseline" title={trans.__('Best baseline on the same rows: %1', name)}>
      {trans.__('vs %1 %2', formatNumber(value), name)}
    </span>
  );
}
