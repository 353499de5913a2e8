import { Dialog } from '@jupyterlab/apputils';
import { HostedWidget, type Host } from '../components/index.js';
import { PromotionBody } from './body.js';
import type { PromotionModel, PromotionOrder } from './model.js';

class PromotionForm extends HostedWidget<PromotionModel> implements Dialog.IBodyWidget<PromotionOrder | null> {
  getValue(): PromotionOrder | null {
    return this.model.order;
  }
}

/** Shows the Promote dialog and resolves to the confirmed order; null when it was canceled. */
export async function askForPromotion(host: Host, model: PromotionModel): Promise<PromotionOrder | null> {
  const { trans } = host;
  const body = new PromotionForm(host, model, shown => <PromotionBody model={shown} />);
  const dialog = new Dialog<PromotionOrder | null>({
    title: trans.__('Promote %1 v%2', model.choice.name, model.choice.version),
    body,
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Promote'), ariaLabel: trans.__('Promote') })
    ],
    focusNodeSelector: 'select'
  });
  dialog.addClass('jp-SlipwayPromotionDialog');
  const { value } = await dialog.launch();
  return value;
}
