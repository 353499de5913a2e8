import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, InputDialog, showDialog } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { z } from 'zod';
import { CommandIDs, PALETTE_CATEGORY } from '../commands/ids.js';
import { promoteIcon } from '../display/index.js';
import { ISlipway } from '../tokens.js';
import type { PromotionChoice } from '../promotion/index.js';

const PromoteArgs = z.object({ name: z.string().optional(), version: z.number().int().positive().optional() });

/** The Promote dialog, from the palette, the sidebar, the pages and the notebook toolbar. */
export const promotionPlugin: JupyterFrontEndPlugin<void> = {
  id: '@slipway/lab:promotion',
  description: 'Brings a model version to an environment, after its preflight.',
  autoStart: true,
  requires: [ISlipway],
  optional: [ICommandPalette, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    slipway: ISlipway,
    palette: ICommandPalette | null,
    notebooks: INotebookTracker | null
  ): void => {
    const { trans } = slipway.host;
    app.commands.addCommand(CommandIDs.promoteModel, {
      label: trans.__('Promote Model…'),
      caption: trans.__('Check a model version and bring it to an environment'),
      icon: promoteIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            name: { type: 'string', description: 'Name of the model; asked for when it is not given' },
            version: { type: 'integer', description: 'Number of the version; the newest when it is not given' }
          }
        }
      },
      execute: async given => {
        const { name, version } = PromoteArgs.parse(given);
        const choice = await chooseVersion(slipway, name, version);
        if (choice !== null) {
          await promoteChoice(slipway, choice);
        }
      }
    });
    app.commands.addCommand(CommandIDs.promoteFromNotebook, {
      label: trans.__('Promote…'),
      caption: trans.__('Promote the newest model that this notebook registered'),
      icon: promoteIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      isEnabled: () => notebooks?.currentWidget != null,
      execute: async () => {
        const path = notebooks?.currentWidget?.context.localPath;
        if (path === undefined) {
          return;
        }
        const { newestVersionOf } = await import('../promotion/index.js');
        const newest = await newestVersionOf(path, slipway.client);
        if (newest === null) {
          await explainHowToRegister(slipway);
        } else {
          await promoteChoice(slipway, newest);
        }
      }
    });
    palette?.addItem({ command: CommandIDs.promoteModel, category: PALETTE_CATEGORY });
    palette?.addItem({ command: CommandIDs.promoteFromNotebook, category: PALETTE_CATEGORY });
  }
};

async function promoteChoice(slipway: ISlipway, { name, version }: PromotionChoice): Promise<void> {
  const { askForPromotion, promote, PromotionModel } = await import('../promotion/index.js');
  const { client, host, settings } = slipway;
  const model = new PromotionModel({ name, version }, settings.defaultEnvironment, client);
  const order = await askForPromotion(host, model);
  if (order !== null) {
    await promote(order, slipway);
  }
}

/** The given version, else the newest of the model that the user picks; null when there are no models. */
async function chooseVersion(slipway: ISlipway, name?: string, version?: number): Promise<PromotionChoice | null> {
  if (name !== undefined && version !== undefined) {
    return { name, version };
  }
  const { models } = await slipway.client.call('listModels', {});
  const { trans } = slipway.host;
  let chosen = name;
  if (chosen === undefined && models.length > 0) {
    const names = models.map(model => model.name);
    const answer =
      names.length === 1
        ? names[0]
        : (await InputDialog.getItem({ title: trans.__('Promote which model?'), items: names })).value;
    if (answer == null) {
      return null;
    }
    chosen = answer;
  }
  const newest = models.find(model => model.name === chosen)?.versions[0];
  if (newest === undefined) {
    await explainHowToRegister(slipway);
    return null;
  }
  return { name: newest.name, version: newest.version };
}

async function explainHowToRegister({ host: { trans } }: ISlipway): Promise<void> {
  await showDialog({
    title: trans.__('There is no model to promote yet'),
    body: trans.__(
      'Run the cells of this notebook up to one with `await slip.register("name", run)`, then promote it.'
    ),
    buttons: [Dialog.okButton({ label: trans.__('OK') })]
  });
}
