import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';
import { CommandIDs, PALETTE_CATEGORY } from '../commands/ids.js';
import { datasetsIcon, registryIcon, runsIcon } from '../display/index.js';
import { DatasetsModel, DatasetsPanel } from '../panels/datasets/index.js';
import { RegistryModel, RegistryPanel } from '../panels/registry/index.js';
import { RunsModel, RunsPanel } from '../panels/runs/index.js';
import { ISlipway } from '../tokens.js';

interface Sidebar {
  readonly panel: Widget;
  readonly rank: number;
  readonly command: string;
  readonly label: string;
  readonly icon: LabIcon;
}

/** A plugin that adds one sidebar, a command that shows it, and that command to the palette. */
function sidebarPlugin(
  id: string,
  description: string,
  make: (slipway: ISlipway) => Sidebar
): JupyterFrontEndPlugin<void> {
  return {
    id,
    description,
    autoStart: true,
    requires: [ISlipway],
    optional: [ILayoutRestorer, ICommandPalette],
    activate: (
      app: JupyterFrontEnd,
      slipway: ISlipway,
      restorer: ILayoutRestorer | null,
      palette: ICommandPalette | null
    ): void => {
      const { panel, rank, command, label, icon } = make(slipway);
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
  };
}

/** The Runs sidebar. */
export const runsPlugin = sidebarPlugin(
  '@slipway/lab:runs',
  'Shows runs, live, in the left area.',
  ({ client, connection, host, settings }) => ({
    panel: new RunsPanel(host, new RunsModel({ client, connection, pageSize: settings.runsPerPage })),
    rank: 510,
    command: CommandIDs.showRuns,
    label: host.trans.__('Show Runs'),
    icon: runsIcon
  })
);

/** The Datasets sidebar. */
export const datasetsPlugin = sidebarPlugin(
  '@slipway/lab:datasets',
  'Shows datasets and their versions in the left area.',
  ({ client, connection, host }) => ({
    panel: new DatasetsPanel(host, new DatasetsModel(client, connection)),
    rank: 520,
    command: CommandIDs.showDatasets,
    label: host.trans.__('Show Datasets'),
    icon: datasetsIcon
  })
);

/** The Registry sidebar. */
export const registryPlugin = sidebarPlugin(
  '@slipway/lab:registry',
  'Shows registered models, their versions and where they serve in the left area.',
  ({ client, connection, host }) => ({
    panel: new RegistryPanel(host, new RegistryModel(client, connection)),
    rank: 530,
    command: CommandIDs.showRegistry,
    label: host.trans.__('Show Registry'),
    icon: registryIcon
  })
);
