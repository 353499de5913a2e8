import { HostedWidget, type Host } from '../../components/index.js';
import { SessionBody } from './body.js';
import type { SessionPageModel } from './model.js';

export { SessionPageModel } from './model.js';

/** The page of one notebook session in the main area; the tab takes the notebook's name when it is known. */
export function createSessionPage(host: Host, model: SessionPageModel): HostedWidget<SessionPageModel> {
  const page = new HostedWidget(host, model, shown => <SessionBody model={shown} />);
  page.title.label = host.trans.__('session');
  model.changed.connect(() => {
    const path = model.snapshot.data?.session.notebook_path ?? '';
    if (path !== '') {
      page.title.label = host.trans.__('session: %1', path.split('/').at(-1) ?? path);
    }
  }, page);
  return page;
}
