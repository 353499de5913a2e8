import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { connectionPlugin } from './plugins/connection.js';
import { notebookPlugin } from './plugins/notebook.js';
import { observingPlugin } from './plugins/observing.js';
import { pagesPlugin } from './plugins/pages.js';
import { promotionPlugin } from './plugins/promotion.js';
import { sessionPlugin } from './plugins/session.js';
import { datasetsPlugin, registryPlugin, runsPlugin } from './plugins/sidebars.js';

export { ISlipway } from './tokens.js';

const plugins: readonly JupyterFrontEndPlugin<unknown>[] = [
  connectionPlugin,
  runsPlugin,
  datasetsPlugin,
  registryPlugin,
  pagesPlugin,
  promotionPlugin,
  notebookPlugin,
  observingPlugin,
  sessionPlugin
];

export default plugins;
