import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showDialog } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker, NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import { z } from 'zod';
import { CommandIDs, PALETTE_CATEGORY } from '../commands/ids.js';
import { datasetCell } from '../notebook/dataset-cell.js';
import { contentsPath } from '../notebook/paths.js';
import { ISlipway } from '../tokens.js';

const CellArgs = z.object({ path: z.string(), cellId: z.string() });
const DatasetArgs = z.object({ name: z.string(), version: z.number().int().positive() });
const EXAMPLE_PATH = 'examples/01-rain.ipynb';

/** Notebook commands: show a cell, insert one, open the example. */
export const notebookPlugin: JupyterFrontEndPlugin<void> = {
  id: '@slipway/lab:notebook',
  description: 'Leads from runs and datasets to the cells of notebooks.',
  autoStart: true,
  requires: [ISlipway, INotebookTracker, IDocumentManager],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    slipway: ISlipway,
    notebooks: INotebookTracker,
    documents: IDocumentManager,
    palette: ICommandPalette | null
  ): void => {
    const { client } = slipway;
    const { trans } = slipway.host;
    app.commands.addCommand(CommandIDs.showCell, {
      label: trans.__('Show Cell'),
      describedBy: {
        args: {
          type: 'object',
          required: ['path', 'cellId'],
          properties: {
            path: { type: 'string', description: 'Path of the notebook' },
            cellId: { type: 'string', description: 'Id of the cell in the notebook' }
          }
        }
      },
      execute: async given => {
        const { path, cellId } = CellArgs.parse(given);
        const opened = documents.openOrReveal(contentsPath(path, PageConfig.getOption('serverRoot')));
        if (!(opened instanceof NotebookPanel)) {
          throw new Error(trans.__('The notebook %1 could not be opened.', path));
        }
        await opened.context.ready;
        await opened.revealed;
        await showCell(opened, cellId);
      }
    });
    app.commands.addCommand(CommandIDs.insertDatasetCell, {
      label: trans.__('Insert Cell That Reads a Dataset'),
      describedBy: {
        args: {
          type: 'object',
          required: ['name', 'version'],
          properties: {
            name: { type: 'string', description: 'Name of the dataset' },
            version: { type: 'integer', description: 'Number of the version' }
          }
        }
      },
      execute: async given => {
        const { name, version } = DatasetArgs.parse(given);
        const panel = notebooks.currentWidget;
        if (panel === null) {
          await showDialog({
            title: trans.__('No notebook is open'),
            body: trans.__('Open the notebook for the cell, then press Insert cell again.'),
            buttons: [Dialog.okButton({ label: trans.__('OK') })]
          });
          return;
        }
        const dataset = await client.call('getDatasetVersion', { params: { name, version } });
        NotebookActions.insertBelow(panel.content);
        panel.content.activeCell?.model.sharedModel.setSource(datasetCell(dataset));
        app.shell.activateById(panel.id);
      }
    });
    app.commands.addCommand(CommandIDs.openExample, {
      label: trans.__('Open the Rain Example'),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => {
        documents.openOrReveal(EXAMPLE_PATH);
      }
    });
    palette?.addItem({ command: CommandIDs.openExample, category: PALETTE_CATEGORY });
  }
};

async function showCell(panel: NotebookPanel, cellId: string): Promise<void> {
  const index = panel.content.widgets.findIndex(cell => cell.model.id === cellId);
  if (index !== -1) {
    panel.content.deselectAll();
    panel.content.activeCellIndex = index;
    await panel.content.scrollToItem(index, 'center');
  }
}
