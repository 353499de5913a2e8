import { HostedWidget, type Host } from '../../components/index.js';
import { RunBody } from './body.js';
import type { RunPageModel } from './model.js';

export { RunPageModel } from './model.js';

/** The page of one run in the main area; the tab takes the name of the run when it is known. */
export function createRunPage(host: Host, model: RunPageModel): HostedWidget<RunPageModel> {
  const page = new HostedWidget(host, model, shown => <RunBody model={shown} />);
  page.title.label = host.trans.__('run');
  model.changed.connect(() => {
    const name = model.snapshot.data?.run.name;
    if (name !== undefined) {
      page.title.label = host.trans.__('run: %1', name);
    }
  }, page);
  return page;
}
