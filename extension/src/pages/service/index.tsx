import { HostedWidget, type Host } from '../../components/index.js';
import { ServiceBody } from './body.js';
import type { ServicePageModel } from './model.js';

export { ServicePageModel } from './model.js';

/** The page of one service in the main area. */
export function createServicePage(host: Host, model: ServicePageModel): HostedWidget<ServicePageModel> {
  return new HostedWidget(host, model, shown => <ServiceBody model={shown} />);
}
