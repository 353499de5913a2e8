const WIDTH = 56;
const HEIGHT = 14;

/** The points of a sparkline in SVG coordinates; values that are not finite are left out. */
export function sparklinePoints(values: readonly number[]): string {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const span = high - low || 1;
  const step = WIDTH / Math.max(1, values.length - 1);
  return values
    .map((value, index) => ({ value, x: index * step }))
    .filter(({ value }) => Number.isFinite(value))
    .map(({ value, x }) => `${x.toFixed(1)},${(HEIGHT - 1 - ((value - low) / span) * (HEIGHT - 2)).toFixed(1)}`)
    .join(' ');
}

/** A small chart of a series; the row has the last value as text, so it is hidden from screen readers. */
export function Sparkline({ values }: { readonly values: readonly number[] }): JSX.Element | null {
  if (values.filter(Number.isFinite).length < 2) {
    return null;
  }
  return (
    <svg
      className="jp-SlipwaySparkline"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
    >
      <polyline points={sparklinePoints(values)} />
    </svg>
  );
}
