import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { UUID } from '@lumino/coreutils';
// Loaded at once: a restored notebook may run a cell at any time.
// eslint-disable-next-line jupyter/prefer-lazy-imports
import { NotebookObserver, Outbox } from '../observing/index.js';
import { IRecordOutbox, ISlipway } from '../tokens.js';

/** Records the cells of kernels that keep no record of their own, Python first. */
export const observingPlugin: JupyterFrontEndPlugin<IRecordOutbox> = {
  id: '@slipway/lab:observing',
  description: 'Records the cells of notebooks whose kernel does not do so itself.',
  autoStart: true,
  provides: IRecordOutbox,
  requires: [ISlipway, INotebookTracker],
  activate: (app: JupyterFrontEnd, slipway: ISlipway, notebooks: INotebookTracker): IRecordOutbox => {
    const outbox = new Outbox({
      client: slipway.client,
      storage: storageOfBrowser(),
      sender: `page-${UUID.uuid4()}`
    });
    const observer = new NotebookObserver(app.serviceManager.kernels, outbox, () => slipway.settings.recordedOutputs);
    notebooks.widgetAdded.connect((_sender, panel) => observer.observe(panel));
    notebooks.forEach(panel => observer.observe(panel));
    void app.restored.then(() => outbox.adoptLeftovers());
    return outbox;
  }
};

/** Null where the user forbids it. */
function storageOfBrowser(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
