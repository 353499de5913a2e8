import { HostedWidget, type Host } from '../../components/index.js';
import { registryIcon } from '../../display/index.js';
import { RegistryBody } from './body.js';
import type { RegistryModel } from './model.js';

export { RegistryModel } from './model.js';

/** The Registry sidebar. */
export class RegistryPanel extends HostedWidget<RegistryModel> {
  constructor(host: Host, model: RegistryModel) {
    super(host, model, shown => <RegistryBody model={shown} />);
    this.id = 'jp-SlipwayRegistry';
    this.addClass('jp-SlipwayRegistry');
    this.title.icon = registryIcon;
    this.title.caption = host.trans.__('Slipway registry');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', host.trans.__('Slipway registry'));
  }
}
