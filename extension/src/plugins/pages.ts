import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { JSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';
import { z } from 'zod';
import { CommandIDs } from '../commands/ids.js';
import { datasetsIcon, registryIcon, runsIcon, serviceIcon } from '../display/index.js';
import { ISlipway } from '../tokens.js';

const RunArgs = z.object({ runId: z.string() });
const VersionArgs = z.object({ name: z.string(), version: z.number().int().positive() });
const ServiceArgs = z.object({ name: z.string() });

const runSchema: JSONObject = {
  type: 'object',
  required: ['runId'],
  properties: { runId: { type: 'string', description: 'Id of the run' } }
};
const versionSchema: JSONObject = {
  type: 'object',
  required: ['name', 'version'],
  properties: {
    name: { type: 'string', description: 'Name of the dataset or model' },
    version: { type: 'integer', description: 'Number of the version' }
  }
};
const serviceSchema: JSONObject = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', description: 'Name of the service' } }
};

interface PageKind<Args extends JSONObject> {
  readonly command: string;
  readonly label: string;
  readonly icon: LabIcon;
  /** Parses the arguments of the command. @throws ZodError */
  readonly parse: (args: ReadonlyPartialJSONObject) => Args;
  readonly schema: JSONObject;
  /** The same for the same page, so that an open tab is used again. */
  readonly key: (args: Args) => string;
  readonly title: (args: Args) => string;
  readonly create: (args: Args) => Promise<Widget>;
}

/** Run, dataset, model version and service pages in the main area, restored with the layout. */
export const pagesPlugin: JupyterFrontEndPlugin<void> = {
  id: '@slipway/lab:pages',
  description: 'Opens runs, datasets, model versions and services in the main area.',
  autoStart: true,
  requires: [ISlipway],
  optional: [ILayoutRestorer],
  activate: (app: JupyterFrontEnd, slipway: ISlipway, restorer: ILayoutRestorer | null): void => {
    const { client, connection, host } = slipway;
    const { trans } = host;
    addPage(app, restorer, {
      command: CommandIDs.openRun,
      label: trans.__('Open Run'),
      icon: runsIcon,
      parse: args => RunArgs.parse(args),
      schema: runSchema,
      key: ({ runId }) => `run:${runId}`,
      title: () => trans.__('run'),
      create: async ({ runId }) => {
        const { createRunPage, RunPageModel } = await import('../pages/run/index.js');
        return createRunPage(host, new RunPageModel(runId, client, connection));
      }
    });
    addPage(app, restorer, {
      command: CommandIDs.openDataset,
      label: trans.__('Open Dataset Version'),
      icon: datasetsIcon,
      parse: args => VersionArgs.parse(args),
      schema: versionSchema,
      key: ({ name, version }) => `dataset:${name}:${version}`,
      title: ({ name, version }) => trans.__('%1 v%2', name, version),
      create: async ({ name, version }) => {
        const { createDatasetPage, DatasetPageModel } = await import('../pages/dataset/index.js');
        return createDatasetPage(host, new DatasetPageModel(name, version, client, connection));
      }
    });
    addPage(app, restorer, {
      command: CommandIDs.openModelVersion,
      label: trans.__('Open Model Version'),
      icon: registryIcon,
      parse: args => VersionArgs.parse(args),
      schema: versionSchema,
      key: ({ name, version }) => `model:${name}:${version}`,
      title: ({ name, version }) => trans.__('%1 v%2', name, version),
      create: async ({ name, version }) => {
        const { createModelVersionPage, ModelVersionPageModel } = await import('../pages/model-version/index.js');
        return createModelVersionPage(host, new ModelVersionPageModel(name, version, client, connection));
      }
    });
    addPage(app, restorer, {
      command: CommandIDs.openService,
      label: trans.__('Open Service'),
      icon: serviceIcon,
      parse: args => ServiceArgs.parse(args),
      schema: serviceSchema,
      key: ({ name }) => `service:${name}`,
      title: ({ name }) => name,
      create: async ({ name }) => {
        const { createServicePage, ServicePageModel } = await import('../pages/service/index.js');
        return createServicePage(host, new ServicePageModel(name, client, connection));
      }
    });
  }
};

function addPage<Args extends JSONObject>(
  app: JupyterFrontEnd,
  restorer: ILayoutRestorer | null,
  kind: PageKind<Args>
): void {
  const tracker = new WidgetTracker<MainAreaWidget>({ namespace: kind.command.replace(':', '-') });
  const argsOf = new WeakMap<Widget, Args>();
  const addToMainArea = (content: Widget, id: string, args: Args): void => {
    const page = new MainAreaWidget({ content });
    page.toolbar.hide();
    page.id = id;
    page.title.icon = kind.icon;
    page.title.closable = true;
    page.title.label ||= kind.title(args);
    argsOf.set(page, args);
    app.shell.add(page, 'main', { type: 'Slipway' });
    void tracker.add(page);
  };
  app.commands.addCommand(kind.command, {
    label: kind.label,
    icon: kind.icon,
    describedBy: { args: kind.schema },
    execute: async given => {
      const args = kind.parse(given);
      const id = `slipway-${kind.key(args)}`;
      const isOpen = (): boolean => tracker.find(page => page.id === id) !== undefined;
      if (!isOpen()) {
        const content = await kind.create(args);
        // A second command may have opened the same page while the code was loading.
        if (isOpen()) {
          content.dispose();
        } else {
          addToMainArea(content, id, args);
        }
      }
      app.shell.activateById(id);
    }
  });
  void restorer?.restore(tracker, {
    command: kind.command,
    args: page => argsOf.get(page) ?? {},
    name: page => page.id
  });
}
