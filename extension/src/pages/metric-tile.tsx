import type { MetricValue } from '@slipway/contract';
import { formatNumber, useTranslation, type BaselineValue } from '../display/index.js';

interface MetricTileProps {
  readonly name: string;
  readonly value: MetricValue;
  /** Baselines on the same rows, best first. */
  readonly baselines?: readonly BaselineValue[];
  readonly isMain?: boolean;
}

/** One metric, large, with its baselines where there are any. */
export function MetricTile({ name, value, baselines = [], isMain = false }: MetricTileProps): JSX.Element {
  const trans = useTranslation();
  return (
    <div className={`jp-SlipwayTile ${isMain ? 'jp-mod-main' : ''}`}>
      <span className="jp-SlipwayTile-name">{name}</span>
      <span className="jp-SlipwayTile-value" title={String(value)}>
        {formatNumber(value)}
      </span>
      {baselines.length === 0 ? null : (
        <span className="jp-SlipwayTile-note" title={trans.__('Baselines on the same rows')}>
          {baselines.map(baseline => `${baseline.name} ${formatNumber(baseline.value)}`).join(', ')}
        </span>
      )}
    </div>
  );
}
