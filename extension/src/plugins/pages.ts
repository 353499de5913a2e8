import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { JSONObject } from '@lumino/coreutils';
import { z } from 'zod';
import { CommandIDs } from '../commands/ids.js';
import { datasetsIcon, registryIcon, runsIcon, serviceIcon } from '../display/index.js';
import { ISlipway } from '../tokens.js';
import { addPage } from './page.js';

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
