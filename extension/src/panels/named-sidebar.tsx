import type { ReactNode } from 'react';
import { EmptyNote, GroupHead, Sidebar, Tree, useChanges, useHost, type TreeRow } from '../components/index.js';
import { rowKey, type NamedListModel, type NamedVersions, type VersionChoice } from './named-list.js';

export interface NamedSidebarProps<Version extends { readonly version: number }, Item extends NamedVersions<Version>> {
  readonly model: NamedListModel<Version, Item>;
  readonly words: {
    readonly title: string;
    readonly filter: string;
    /** Of the tree, for screen readers. */
    readonly tree: string;
    readonly nothingFound: string;
  };
  /** Of a name: its accessible name and the note beside it. */
  readonly head: (item: Item) => { readonly name: string; readonly note: string };
  readonly row: (version: Version, item: Item) => Pick<TreeRow, 'name' | 'className' | 'content'>;
  /** Shown while the list is empty. */
  readonly none: ReactNode;
  /** The command that opens a version. */
  readonly open: string;
  readonly actions: (selected: VersionChoice) => ReactNode;
}

/** A sidebar of names with their versions. */
export function NamedSidebar<Version extends { readonly version: number }, Item extends NamedVersions<Version>>({
  model,
  words,
  head,
  row,
  none,
  open,
  actions
}: NamedSidebarProps<Version, Item>): JSX.Element {
  const host = useHost();
  useChanges(model.changed);
  const { selected } = model;

  const rows = model.items.flatMap((item): TreeRow[] => {
    const expanded = model.isExpanded(item.name);
    const { name, note } = head(item);
    const first: TreeRow = {
      key: rowKey.ofName(item.name),
      level: 1,
      expanded,
      name,
      content: <GroupHead name={item.name} note={note} />
    };
    const versions = item.versions.map((version): TreeRow => ({
      key: rowKey.ofVersion({ name: item.name, version: version.version }),
      level: 2,
      ...row(version, item)
    }));
    return expanded ? [first, ...versions] : [first];
  });
  const nothingFound = (
    <EmptyNote>
      <p>{words.nothingFound}</p>
    </EmptyNote>
  );

  return (
    <Sidebar
      title={words.title}
      connection={model.connection}
      snapshot={model.snapshot}
      onRefresh={() => model.refresh()}
      filter={{ label: words.filter, value: model.text, onChange: text => (model.text = text) }}
      empty={rows.length > 0 ? null : model.filtered ? nothingFound : none}
      actions={selected === null ? undefined : actions(selected)}
    >
      <Tree
        label={words.tree}
        rows={rows}
        selectedKey={selected === null ? null : rowKey.ofVersion(selected)}
        onSelect={key => {
          const choice = rowKey.toVersion(key);
          if (choice !== null) {
            model.selected = choice;
          }
        }}
        onOpen={key => {
          const choice = rowKey.toVersion(key);
          if (choice !== null) {
            host.execute(open, { ...choice });
          }
        }}
        onToggle={key => model.toggle(key)}
      />
    </Sidebar>
  );
}
