import type { MetricValue } from '@slipway/contract';
import { formatNumber, useTranslation } from '../display/index.js';

interface MetricTileProps {
  readonly name: string;
  readonly value: MetricValue;
  /** The best simple rule on the same rows: what the value has to be compared with. */
  readonly baseline: { readonly name: string; readonly value: number } | null;
  readonly isMain?: boolean;
}

/** One metric, large, with its best baseline where there is one. */
export function MetricTile({ name, value, baseline, isMain = false }: MetricTileProps): JSX.Element {
  const trans = useTranslation();
  return (
    <div className={`jp-SlipwayTile ${isMain ? 'jp-mod-main' : ''}`}>
      <span className="jp-SlipwayTile-name">{name}</span>
      <span className="jp-SlipwayTile-value" title={String(value)}>
        {formatNumber(value)}
      </span>
      {baseline === null ? null : (
        <span className="jp-SlipwayTile-note">
          {trans.__('best baseline: %1 %2', baseline.name, formatNumber(baseline.value))}
        </span>
      )}
    </div>
  );
}
