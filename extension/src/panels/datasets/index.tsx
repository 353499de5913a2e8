import { HostedWidget, type Host } from '../../components/index.js';
import { datasetsIcon } from '../../display/index.js';
import { DatasetsBody } from './body.js';
import type { DatasetsModel } from './model.js';

export { DatasetsModel } from './model.js';

/** The Datasets sidebar. */
export class DatasetsPanel extends HostedWidget<DatasetsModel> {
  constructor(host: Host, model: DatasetsModel) {
    super(host, model, shown => <DatasetsBody model={shown} />);
    this.id = 'jp-SlipwayDatasets';
    this.addClass('jp-SlipwayDatasets');
    this.title.icon = datasetsIcon;
    this.title.caption = host.trans.__('Slipway datasets');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', host.trans.__('Slipway datasets'));
  }
}
