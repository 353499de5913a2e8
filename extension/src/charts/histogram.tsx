import type { ColumnProfile } from '@slipway/contract';
import { countOfRows, formatValue, useTranslation } from '../display/index.js';

const WIDTH = 120;
const HEIGHT = 28;

/** The distribution of a column: a histogram for numbers, bars of the most frequent values for the rest. */
export function ColumnHistogram({ profile }: { readonly profile: ColumnProfile }): JSX.Element | null {
  const trans = useTranslation();
  const { histogram, top } = profile;
  if (histogram !== null && histogram.counts.length > 0) {
    const { edges, counts } = histogram;
    return (
      <Bars
        label={trans.__('Histogram of %1', profile.name)}
        bars={counts.map((count, index) => ({
          count,
          title: trans.__(
            '%1 to %2: %3',
            formatValue(edges[index] ?? 0),
            formatValue(edges[index + 1] ?? 0),
            countOfRows(count, trans)
          )
        }))}
      />
    );
  }
  if (top.length > 1 && profile.distinct <= 50) {
    return (
      <Bars
        label={trans.__('Most frequent values of %1', profile.name)}
        bars={top.map(({ value, count }) => ({ count, title: trans.__('%1: %2', value, countOfRows(count, trans)) }))}
      />
    );
  }
  return null;
}

interface BarsProps {
  readonly label: string;
  readonly bars: readonly { readonly count: number; readonly title: string }[];
}

function Bars({ label, bars }: BarsProps): JSX.Element {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const width = WIDTH / bars.length;
  return (
    <svg
      className="jp-SlipwayHistogram"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={label}
    >
      {bars.map(({ count, title }, index) => {
        const height = count === 0 ? 0 : Math.max(1, (count / most) * (HEIGHT - 1));
        return (
          <g key={index}>
            <title>{title}</title>
            <rect className="jp-mod-hit" x={index * width} y={0} width={width} height={HEIGHT} />
            <rect x={index * width + 0.5} y={HEIGHT - height} width={Math.max(1, width - 1)} height={height} />
          </g>
        );
      })}
    </svg>
  );
}
