import type { MimeBundle } from '../context/context.js';

const VEGA_LITE_MIME = 'application/vnd.vegalite.v5+json';

/** A Vega-Lite v5 specification; JupyterLab renders it without any library of ours. */
export type VegaLiteSpec = Record<string, unknown>;

/** Jupyter display data of a chart, with `text` for terminals and nbconvert. */
export function chartBundle(spec: VegaLiteSpec, text: string): MimeBundle {
  return {
    [VEGA_LITE_MIME]: {
      $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
      background: 'transparent',
      config: { view: { stroke: 'transparent' }, axis: { gridOpacity: 0.4 } },
      ...spec
    },
    'text/plain': text
  };
}
