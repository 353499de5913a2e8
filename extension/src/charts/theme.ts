import type { Config } from 'vega-lite';

/** The chart configuration in the colors of JupyterLab's current theme. */
export function themedConfig(node: Element): Config {
  const style = getComputedStyle(node);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const text = color('--jp-ui-font-color1');
  const quiet = color('--jp-ui-font-color2');
  const line = color('--jp-border-color2');
  const font = style.fontFamily;
  return {
    background: 'transparent',
    font,
    view: { stroke: 'transparent' },
    axis: {
      domainColor: line,
      gridColor: line,
      gridOpacity: 0.6,
      tickColor: line,
      labelColor: quiet,
      titleColor: quiet,
      titleFontWeight: 'normal',
      labelFontSize: 11,
      titleFontSize: 11
    },
    legend: { labelColor: text, titleColor: quiet, labelFontSize: 11, symbolType: 'stroke', orient: 'top' },
    range: {
      category: [
        color('--jp-brand-color1'),
        color('--jp-warn-color1'),
        color('--jp-success-color1'),
        color('--jp-icon-contrast-color0'),
        color('--jp-error-color1'),
        color('--jp-info-color1')
      ]
    }
  };
}
