import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { JSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';

/** One kind of page in the main area. */
export interface PageKind<Args extends JSONObject> {
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

/** Adds the command that opens pages of this kind, and brings open ones back with the layout. */
export function addPage<Args extends JSONObject>(
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
