import { HostedWidget, type Host } from '../../components/index.js';
import { DatasetBody } from './body.js';
import type { DatasetPageModel } from './model.js';

export { DatasetPageModel } from './model.js';

/** The page of one dataset version in the main area. */
export function createDatasetPage(host: Host, model: DatasetPageModel): HostedWidget<DatasetPageModel> {
  return new HostedWidget(host, model, shown => <DatasetBody model={shown} />);
}
