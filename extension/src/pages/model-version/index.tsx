import { HostedWidget, type Host } from '../../components/index.js';
import { ModelVersionBody } from './body.js';
import type { ModelVersionPageModel } from './model.js';

export { ModelVersionPageModel } from './model.js';

/** The page of one model version in the main area. */
export function createModelVersionPage(host: Host, model: ModelVersionPageModel): HostedWidget<ModelVersionPageModel> {
  return new HostedWidget(host, model, shown => <ModelVersionBody model={shown} />);
}
