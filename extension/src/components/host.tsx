import type { IOutput } from '@jupyterlab/nbformat';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import { createContext, useContext } from 'react';
import { TranslationProvider } from '../display/index.js';

/** What a body can request from JupyterLab. */
export interface Host {
  readonly trans: TranslationBundle;
  /** Emitted after the theme changed, so that charts redraw in its colors. Null without themes. */
  readonly themeChanged: ISignal<unknown, unknown> | null;
  /** Writes `source` into `node` with the notebook editor's syntax colors; null without an editor. */
  readonly highlight: ((source: string, language: string, node: HTMLElement) => Promise<void>) | null;
  /** Draws a cell's outputs into `node` until the result is disposed; null where nothing can draw them. */
  readonly drawOutputs: ((outputs: readonly IOutput[], node: HTMLElement) => IDisposable) | null;
  /** Starts a command; the implementation shows failures to the user. */
  execute(command: string, args?: ReadonlyPartialJSONObject): void;
}

const HostContext = createContext<Host | null>(null);

/** The host of the body. @throws Error outside a `HostedWidget`. */
export function useHost(): Host {
  const host = useContext(HostContext);
  if (host === null) {
    throw new Error('useHost needs a HostedWidget above it.');
  }
  return host;
}

/** The model of a widget: it reads only while the widget is visible. */
export interface VisibleModel extends IDisposable {
  active: boolean;
}

/** A Lumino shell around a React body and its model; the model lives as long as the widget. */
export class HostedWidget<Model extends VisibleModel> extends ReactWidget {
  readonly model: Model;
  readonly #host: Host;
  readonly #body: (model: Model) => JSX.Element;

  constructor(host: Host, model: Model, body: (model: Model) => JSX.Element) {
    super();
    this.model = model;
    this.#host = host;
    this.#body = body;
    this.addClass('jp-Slipway');
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
    }
    super.dispose();
  }

  protected override render(): JSX.Element {
    return (
      <TranslationProvider value={this.#host.trans}>
        <HostContext.Provider value={this.#host}>{this.#body(this.model)}</HostContext.Provider>
      </TranslationProvider>
    );
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.model.active = this.isVisible;
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.model.active = true;
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.model.active = false;
  }
}
