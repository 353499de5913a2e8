import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, Notification, showDialog } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStatusBar } from '@jupyterlab/statusbar';
import { z } from 'zod';
import { CommandIDs, PALETTE_CATEGORY } from '../commands/ids.js';
import { sessionIcon } from '../display/index.js';
// The mark in the status bar follows the notebooks from the start; the page is loaded when it is opened.
/* eslint-disable jupyter/prefer-lazy-imports */
import { CurrentSession } from '../notebook/current-session.js';
import { OpenNotebooks } from '../notebook/open-notebooks.js';
import { contentsPath } from '../notebook/paths.js';
import { CellOrderReport } from '../observing/index.js';
import { StaleCellsItem } from '../notebook/stale-cells-item.js';
/* eslint-enable jupyter/prefer-lazy-imports */
import { IRecordOutbox, ISlipway } from '../tokens.js';
import { addPage } from './page.js';
import { messageOf } from '@slipway/wording';

const SessionArgs = z.object({ sessionId: z.string() });
const ExportArgs = SessionArgs.extend({ path: z.string() });

/** The page of a notebook session, and the mark in the status bar that leads to it. */
export const sessionPlugin: JupyterFrontEndPlugin<void> = {
  id: '@slipway/lab:session',
  description: 'Shows what a notebook executed, and which of its cells are stale.',
  autoStart: true,
  requires: [ISlipway, INotebookTracker, IRecordOutbox, IDocumentManager],
  optional: [ILayoutRestorer, ICommandPalette, IStatusBar],
  activate: (
    app: JupyterFrontEnd,
    slipway: ISlipway,
    tracker: INotebookTracker,
    outbox: IRecordOutbox,
    documents: IDocumentManager,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    statusBar: IStatusBar | null
  ): void => {
    const { client, connection, host } = slipway;
    const { trans } = host;
    const notebooks = new OpenNotebooks(tracker, PageConfig.getOption('serverRoot'));
    const current = new CurrentSession(client, connection, notebooks);
    addPage(app, restorer, {
      command: CommandIDs.openSession,
      label: trans.__('Open Notebook Session'),
      icon: sessionIcon,
      parse: args => SessionArgs.parse(args),
      schema: {
        type: 'object',
        required: ['sessionId'],
        properties: { sessionId: { type: 'string', description: 'Id of the notebook session' } }
      },
      key: ({ sessionId }) => `session:${sessionId}`,
      title: () => trans.__('session'),
      create: async ({ sessionId }) => {
        const { createSessionPage, SessionPageModel } = await import('../pages/session/index.js');
        return createSessionPage(host, new SessionPageModel(sessionId, client, connection, notebooks));
      }
    });
    app.commands.addCommand(CommandIDs.openNotebookSession, {
      label: trans.__('Show What This Notebook Executed'),
      caption: trans.__('Show the cells that this notebook executed, in order'),
      describedBy: { args: { type: 'object', properties: {} } },
      isEnabled: () => tracker.currentWidget !== null,
      execute: async () => {
        await current.refresh();
        if (current.sessionId !== null) {
          await app.commands.execute(CommandIDs.openSession, { sessionId: current.sessionId });
          return;
        }
        await showDialog({
          title: trans.__('Nothing is on record yet'),
          body: trans.__('Run a cell of this notebook, then look again.'),
          buttons: [Dialog.okButton({ label: trans.__('OK') })]
        });
      }
    });
    app.commands.addCommand(CommandIDs.exportSession, {
      label: trans.__('Export Session as Executed'),
      caption: trans.__('Write the notebook as it was executed, from the record alone'),
      describedBy: {
        args: {
          type: 'object',
          required: ['sessionId', 'path'],
          properties: {
            sessionId: { type: 'string', description: 'Id of the notebook session' },
            path: { type: 'string', description: 'Path of the notebook that ran' }
          }
        }
      },
      execute: async given => {
        const { sessionId, path } = ExportArgs.parse(given);
        const { exportSession } = await import('../notebook/export-session.js');
        const notebookPath = contentsPath(path, PageConfig.getOption('serverRoot'));
        const exported = exportSession(app.serviceManager.kernels, { sessionId, notebookPath });
        Notification.promise(exported, {
          pending: { message: trans.__('Writing the notebook as it was executed …') },
          success: { message: file => trans.__('Written to %1.', String(file)) },
          error: { message: reason => trans.__('The session was not exported. %1', messageOf(reason)) }
        });
        const file = await exported.catch(() => null);
        if (file !== null) {
          documents.openOrReveal(file);
        }
      }
    });
    palette?.addItem({ command: CommandIDs.openNotebookSession, category: PALETTE_CATEGORY });
    new CellOrderReport(current, notebooks, outbox);
    const item = new StaleCellsItem(current, trans, () => host.execute(CommandIDs.openNotebookSession));
    statusBar?.registerStatusItem('@slipway/lab:stale-cells', {
      item,
      align: 'left',
      rank: 40,
      isActive: () => current.staleCount > 0,
      activeStateChanged: current.changed
    });
  }
};
