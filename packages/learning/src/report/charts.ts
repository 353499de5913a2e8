import { escapeHtml } from '@slipway/notebook';
import { formatNumber } from '@slipway/wording';

/* Charts as SVG, drawn in the colors of the page (see `evaluation-report.ts`): no script, readable in light and dark. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
  /** Ends of both axes; default: what the points need. */
  readonly range?: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  /** A thin line for comparison, e.g. what chance gives. */
  readonly guide?: readonly [Point, Point];
}

const WIDTH = 340;
const HEIGHT = 280;
const LEFT = 52;
const BOTTOM = 40;
const TOP = 12;
const RIGHT = 10;
const TICKS = 5;
/** Colors of the page's style. */
const COLORS = 8;

/** Lines through the points of each series. */
export function lineChart(plot: Plot): string {
  return frame(plot, (place, series, i) => {
    const path = series.points.map((point, n) => `${n === 0 ? 'M' : 'L'}${place(point)}`).join(' ');
    return `<path class="line c${i % COLORS}" d="${path}"/>`;
  });
}

/** A dot for each point. */
export function scatterChart(plot: Plot): string {
  return frame(plot, (place, series, i) =>
    series.points
      .map(point => {
        const [x, y] = place(point).split(' ');
        return `<circle class="dot c${i % COLORS}" cx="${x}" cy="${y}" r="2"/>`;
      })
      .join('')
  );
}

/** Lines with a dot at each point. */
export function dottedChart(plot: Plot): string {
  return frame(plot, (place, series, i) => {
    const path = series.points.map((point, n) => `${n === 0 ? 'M' : 'L'}${place(point)}`).join(' ');
    const dots = series.points.map(point => {
      const [x, y] = place(point).split(' ');
      return `<circle class="mark c${i % COLORS}" cx="${x}" cy="${y}" r="3.5"/>`;
    });
    return `<path class="line c${i % COLORS}" d="${path}"/>${dots.join('')}`;
  });
}

type Draw = (place: (point: Point) => string, series: Series, index: number) => string;

function frame(plot: Plot, draw: Draw): string {
  const all = plot.series.flatMap(series => series.points);
  const x = plot.range?.x ?? rangeOf(all.map(point => point.x));
  const y = plot.range?.y ?? rangeOf(all.map(point => point.y));
  const across = (value: number): number => LEFT + ((value - x[0]) / (x[1] - x[0])) * (WIDTH - LEFT - RIGHT);
  const up = (value: number): number => HEIGHT - BOTTOM - ((value - y[0]) / (y[1] - y[0])) * (HEIGHT - BOTTOM - TOP);
  const place = (point: Point): string => `${across(point.x).toFixed(1)} ${up(point.y).toFixed(1)}`;
  const ticks = (range: readonly [number, number]): number[] =>
    Array.from({ length: TICKS }, (_, i) => range[0] + ((range[1] - range[0]) * i) / (TICKS - 1));
  const below = ticks(x).map(
    value =>
      `<text class="tick" x="${across(value).toFixed(1)}" y="${HEIGHT - BOTTOM + 14}" text-anchor="middle">${formatNumber(value)}</text>`
  );
  const beside = ticks(y).map(
    value =>
      `<path class="grid" d="M${LEFT} ${up(value).toFixed(1)} H${WIDTH - RIGHT}"/>` +
      `<text class="tick" x="${LEFT - 6}" y="${(up(value) + 3).toFixed(1)}" text-anchor="end">${formatNumber(value)}</text>`
  );
  const guide = plot.guide ? `<path class="guide" d="M${place(plot.guide[0])} L${place(plot.guide[1])}"/>` : '';
  const key =
    plot.series.length < 2
      ? ''
      : `<figcaption>${plot.series.map(({ name }, i) => `<span class="key k${i % COLORS}">${escapeHtml(name)}</span>`).join(' ')}</figcaption>`;
  return (
    `<figure><h3>${escapeHtml(plot.title)}</h3>` +
    `<svg role="img" aria-label="${escapeHtml(`${plot.title}: ${plot.y} over ${plot.x}`)}" viewBox="0 0 ${WIDTH} ${HEIGHT}">` +
    `${beside.join('')}${below.join('')}${guide}${plot.series.map((series, i) => draw(place, series, i)).join('')}` +
    `<text class="axis" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escapeHtml(plot.x)}</text>` +
    `<text class="axis" transform="translate(12 ${(HEIGHT - BOTTOM + TOP) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(plot.y)}</text>` +
    `</svg>${key}</figure>`
  );
}

function rangeOf(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) {
      continue;
    }
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) {
    return [0, 1];
  }
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}
