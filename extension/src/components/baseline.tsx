import type { MetricValue } from '@slipway/contract';
import { formatNumber, useTranslation } from '../display/index.js';

/** The baseline that a row's metric is compared with. */
export function Baseline({ name, value }: { readonly name: string; readonly value: MetricValue }): JSX.Element {
  const trans = useTranslation();
  return (
    <span className="jp-SlipwayRow-baseline" title={trans.__('Best baseline on the same rows: %1', name)}>
      {trans.__('vs %1 %2', formatNumber(value), name)}
    </span>
  );
}
