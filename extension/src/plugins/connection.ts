import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IThemeManager, showErrorMessage } from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { EnvironmentName } from '@slipway/contract';
import { config as configureZod } from 'zod';
import { SlipwayClient } from '@slipway/client';
import { sameOriginTransport } from '../live/same-origin-transport.js';
import type { Host } from '../components/index.js';
import { drawOutputs } from '../notebook/draw-outputs.js';
import { LiveConnection } from '../live/index.js';
import { ISlipway, type SlipwaySettings } from '../tokens.js';
import { messageOf } from '@slipway/wording';

const PLUGIN_ID = '@slipway/lab:plugin';

const DEFAULTS: SlipwaySettings = {
  defaultEnvironment: 'production',
  runsPerPage: 100,
  openServiceAfterPromotion: false,
  recordedOutputs: { cell: 1_000_000, session: 50_000_000 }
};

/** The client and the live connection that all other plugins use. */
export const connectionPlugin: JupyterFrontEndPlugin<ISlipway> = {
  id: PLUGIN_ID,
  description: 'Connects JupyterLab with the Slipway metadata server.',
  autoStart: true,
  provides: ISlipway,
  optional: [ITranslator, ISettingRegistry, IThemeManager, IEditorLanguageRegistry, IRenderMimeRegistry],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    settingRegistry: ISettingRegistry | null,
    themes: IThemeManager | null,
    languages: IEditorLanguageRegistry | null,
    rendermime: IRenderMimeRegistry | null
  ): ISlipway => {
    // Zod tries `new Function` to be faster, which strict content policies report.
    configureZod({ jitless: true });
    const trans = (translator ?? nullTranslator).load('slipway');
    const client = new SlipwayClient(sameOriginTransport(app.serviceManager.serverSettings));
    const connection = new LiveConnection(client);
    const host: Host = {
      trans,
      themeChanged: themes?.themeChanged ?? null,
      highlight:
        languages === null
          ? null
          : (source, language, node) => languages.highlight(source, languages.findBest(language), node),
      drawOutputs: rendermime === null ? null : (outputs, node) => drawOutputs(rendermime, outputs, node),
      execute: (command, args) => {
        app.commands.execute(command, args).catch((reason: unknown) => {
          void showErrorMessage(trans.__('Slipway'), messageOf(reason));
        });
      }
    };
    let settings = DEFAULTS;
    if (settingRegistry !== null) {
      void app.restored
        .then(() => settingRegistry.load(PLUGIN_ID))
        .then(loaded => {
          settings = readSettings(loaded);
          loaded.changed.connect(() => {
            settings = readSettings(loaded);
          });
        })
        .catch((reason: unknown) =>
          console.warn('The settings of Slipway could not be read; the defaults hold.', reason)
        );
    }
    void app.started.then(() => connection.start());
    return {
      client,
      connection,
      host,
      get settings() {
        return settings;
      }
    };
  }
};

function readSettings(loaded: ISettingRegistry.ISettings): SlipwaySettings {
  const environment = EnvironmentName.safeParse(loaded.get('defaultEnvironment').composite);
  const number = (name: string, otherwise: number): number => {
    const value = loaded.get(name).composite;
    return typeof value === 'number' ? value : otherwise;
  };
  const { cell, session } = DEFAULTS.recordedOutputs;
  return {
    defaultEnvironment: environment.success ? environment.data : DEFAULTS.defaultEnvironment,
    runsPerPage: number('runsPerPage', DEFAULTS.runsPerPage),
    openServiceAfterPromotion: loaded.get('openServiceAfterPromotion').composite === true,
    recordedOutputs: {
      cell: number('recordedOutputsPerCell', cell),
      session: number('recordedOutputsPerSession', session)
    }
  };
}
