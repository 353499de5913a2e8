import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';
import { CommandIDs, PALETTE_CATEGORY } from '../commands/ids.js';
import { datasetsIcon, registryIcon, runsIcon } from '../display/index.js';
import { DatasetsModel, DatasetsPanel } from '../panels/datasets/index.js';
import { RegistryModel, RegistryPanel } from '../panels/registry/index.js';
import { RunsModel, RunsPanel } from '../panels/runs/index.js';
import { ISlipway } from '../tokens.js';

interface SidebarOptions {
  readonly app: JupyterFrontEnd;
  readonly restorer: ILayoutRestorer | null;
  readonly palette: ICommandPalette | null;
  readonly panel: Widget;
  readonly rank: number;
  readonly command: string;
  readonly label: string;
  readonly icon: LabIcon;
}

function addSidebar({ app, restorer, palette, panel, rank, command, label, icon }: SidebarOptions): void {
  app.shell.add(panel, 'left', { rank, type: 'Slipway' });
  restorer?.add(panel, panel.id);
  app.commands.addCommand(command, {
    label,
    icon,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => app.shell.activateById(panel.id)
  });
  palette?.addItem({ command, category: PALETTE_CATEGORY });
}

/** The Runs sidebar. */
export const runsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@slipway/lab:runs',
  description: 'Shows runs, live, in the left area.',
  autoStart: true,
  requires: [ISlipway],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    slipway: ISlipway,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ): void => {
    const { client, connection, host, settings } = slipway;
    const model = new RunsModel({ client, connection, pageSize: settings.runsPerPage });
    addSidebar({
      app,
      restorer,
      palette,
      panel: new RunsPanel(host, model),
      rank: 510,
      command: CommandIDs.showRuns,
      label: host.trans.__('Show Runs'),
      icon: runsIcon
    });
  }
};

/** The Datasets sidebar. */
export const datasetsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@slipway/lab:datasets',
  description: 'Shows datasets and their versions in the left area.',
  autoStart: true,
  requires: [ISlipway],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    slipway: ISlipway,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ): void => {
    const { client, connection, host } = slipway;
    addSidebar({
      app,
      restorer,
      palette,
      panel: new DatasetsPanel(host, new DatasetsModel(client, connection)),
      rank: 520,
      command: CommandIDs.showDatasets,
      label: host.trans.__('Show Datasets'),
      icon: datasetsIcon
    });
  }
};

/** The Registry sidebar. */
export const registryPlugin: JupyterFrontEndPlugin<void> = {
  id: '@slipway/lab:registry',
  description: 'Shows registered models, their versions and where they serve in the left area.',
  autoStart: true,
  requires: [ISlipway],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    slipway: ISlipway,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ): void => {
    const { client, connection, host } = slipway;
    addSidebar({
      app,
      restorer,
      palette,
      panel: new RegistryPanel(host, new RegistryModel(client, connection)),
      rank: 530,
      command: CommandIDs.showRegistry,
      label: host.trans.__('Show Registry'),
      icon: registryIcon
    });
  }
};
