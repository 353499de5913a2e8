import { HostedWidget, type Host } from '../../components/index.js';
import { runsIcon } from '../../display/index.js';
import { RunsBody } from './body.js';
import type { RunsModel } from './model.js';

export { RunsModel } from './model.js';

/** The Runs sidebar. */
export class RunsPanel extends HostedWidget<RunsModel> {
  constructor(host: Host, model: RunsModel) {
    super(host, model, shown => <RunsBody model={shown} />);
    this.id = 'jp-SlipwayRuns';
    this.addClass('jp-SlipwayRuns');
    this.title.icon = runsIcon;
    this.title.caption = host.trans.__('Slipway runs');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', host.trans.__('Slipway runs'));
  }
}
