import type { Result } from 'vega-embed';
import type { TopLevelSpec } from 'vega-lite';
import { useEffect, useRef, useState } from 'react';
import { useHost } from '../components/host.js';
import { useTranslation } from '../display/index.js';
import { themedConfig } from './theme.js';
import { messageOf } from '@slipway/wording';

export interface VegaChartProps {
  /** A Vega-Lite specification whose data is named `points`. Keep the object the same while it means the same. */
  readonly spec: TopLevelSpec;
  readonly points: readonly object[];
  /** What the chart shows, for those who do not see it. */
  readonly label: string;
}

type Embed = (node: HTMLElement, spec: TopLevelSpec, points: readonly object[]) => Promise<Result>;

/** Loads Vega when the first chart is shown; without `eval`, so that strict content policies allow it. */
async function loadEmbed(): Promise<Embed> {
  const [{ default: embed }, { expressionInterpreter }] = await Promise.all([
    import('vega-embed'),
    import('vega-interpreter')
  ]);
  return (node, spec, points) =>
    embed(
      node,
      { ...spec, datasets: { points: [...points] } },
      { actions: false, renderer: 'svg', ast: true, expr: expressionInterpreter, config: themedConfig(node) }
    );
}

let embedding: Promise<Embed> | null = null;

/** One chart in the theme's colors. New points are added to the existing chart. */
export function VegaChart({ spec, points, label }: VegaChartProps): JSX.Element {
  const trans = useTranslation();
  const theme = useThemeCount();
  const node = useRef<HTMLDivElement>(null);
  const chart = useRef<Result | null>(null);
  const latest = useRef(points);
  latest.current = points;
  const [failure, setFailure] = useState<string | null>(null);

  useEffect(() => {
    let current = true;
    const draw = async (): Promise<void> => {
      try {
        embedding ??= loadEmbed();
        const embed = await embedding;
        if (!current || node.current === null) {
          return;
        }
        const result = await embed(node.current, spec, latest.current);
        if (current) {
          chart.current = result;
        } else {
          result.finalize();
        }
      } catch (reason) {
        embedding = null;
        setFailure(messageOf(reason));
      }
    };
    void draw();
    return () => {
      current = false;
      chart.current?.finalize();
      chart.current = null;
    };
  }, [spec, theme]);

  useEffect(() => {
    const view = chart.current?.view;
    if (view !== undefined) {
      view.data('points', [...points]);
      void view.runAsync();
    }
  }, [points]);

  useEffect(() => {
    const element = node.current;
    if (element === null) {
      return;
    }
    // Vega follows only the window; panels are also resized by hand, and have no width while their tab is hidden.
    const observer = new ResizeObserver(() => {
      const view = chart.current?.view;
      if (view !== undefined && element.clientWidth > 0 && view.width() !== element.clientWidth) {
        void view.width(element.clientWidth).runAsync();
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  return (
    <figure className="jp-SlipwayChart" role="img" aria-label={label}>
      <div ref={node} className="jp-SlipwayChart-canvas" />
      {failure === null ? null : <figcaption>{trans.__('The chart could not be drawn: %1', failure)}</figcaption>}
    </figure>
  );
}

/** Grows by one at each change of the theme. */
function useThemeCount(): number {
  const { themeChanged } = useHost();
  const [count, setCount] = useState(0);
  useEffect(() => {
    const onChange = (): void => setCount(before => before + 1);
    themeChanged?.connect(onChange);
    return () => {
      themeChanged?.disconnect(onChange);
    };
  }, [themeChanged]);
  return count;
}
