import type { ServerEvent } from '@slipway/contract';
import { Signal, type ISignal } from '@lumino/signaling';
import type { VisibleModel } from '../components/index.js';
import { LiveQuery, type ILiveConnection, type Snapshot } from '../live/index.js';

/** An entity with a name and versions: a dataset or a registered model. */
export interface NamedVersions<Version extends { readonly version: number }> {
  readonly name: string;
  readonly versions: readonly Version[];
}

/** One selected version. */
export interface VersionChoice {
  readonly name: string;
  readonly version: number;
}

export interface NamedListOptions<Item> {
  readonly connection: ILiveConnection;
  readonly load: (signal: AbortSignal) => Promise<readonly Item[]>;
  readonly concerns: (event: ServerEvent) => boolean;
}

/** With up to this many versions all names are expanded at first. */
const FEW_VERSIONS = 8;

/**
 * State of a sidebar that lists names with their versions: what is expanded and selected, and the filter by name. Until
 * the user says otherwise the first name is expanded, and all of them while there are few.
 */
export class NamedListModel<
  Version extends { readonly version: number },
  Item extends NamedVersions<Version>
> implements VisibleModel {
  readonly connection: ILiveConnection;
  readonly #query: LiveQuery<readonly Item[]>;
  readonly #changed = new Signal<NamedListModel<Version, Item>, void>(this);
  readonly #expanded = new Map<string, boolean>();
  #text = '';
  #selected: VersionChoice | null = null;
  #disposed = false;

  constructor({ connection, load, concerns }: NamedListOptions<Item>) {
    this.connection = connection;
    this.#query = new LiveQuery<readonly Item[]>({ connection, load, concerns });
    this.#query.changed.connect(() => this.#changed.emit(), this);
  }

  get changed(): ISignal<NamedListModel<Version, Item>, void> {
    return this.#changed;
  }

  get snapshot(): Snapshot<readonly Item[]> {
    return this.#query.snapshot;
  }

  /** The names that match the filter. */
  get items(): readonly Item[] {
    const wanted = this.#text.trim().toLocaleLowerCase();
    return (this.#query.snapshot.data ?? []).filter(item => item.name.toLocaleLowerCase().includes(wanted));
  }

  get filtered(): boolean {
    return this.#text.trim() !== '';
  }

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    this.#changed.emit();
  }

  /** The version that buttons act on: the one chosen, else the newest of the first name that is shown. */
  get selected(): VersionChoice | null {
    const chosen = this.#selected;
    if (chosen !== null && this.find(chosen) !== null) {
      return chosen;
    }
    const first = this.items[0];
    const newest = first?.versions[0];
    return first === undefined || newest === undefined ? null : { name: first.name, version: newest.version };
  }

  set selected(choice: VersionChoice | null) {
    this.#selected = choice;
    this.#changed.emit();
  }

  get active(): boolean {
    return this.#query.active;
  }

  set active(active: boolean) {
    this.#query.active = active;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  find(choice: VersionChoice): Version | null {
    const item = this.#query.snapshot.data?.find(({ name }) => name === choice.name);
    return item?.versions.find(({ version }) => version === choice.version) ?? null;
  }

  isExpanded(name: string): boolean {
    return this.#expanded.get(name) ?? (this.filtered || this.#isExpandedAtFirst(name));
  }

  #isExpandedAtFirst(name: string): boolean {
    const items = this.#query.snapshot.data ?? [];
    const count = items.reduce((sum, { versions }) => sum + versions.length, 0);
    return count <= FEW_VERSIONS || items[0]?.name === name;
  }

  toggle(name: string): void {
    this.#expanded.set(name, !this.isExpanded(name));
    this.#changed.emit();
  }

  refresh(): void {
    void this.#query.refresh();
  }

  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    this.#query.dispose();
    Signal.clearData(this);
  }
}

/** Keys of tree rows: names may contain any character but a slash, so a slash separates them from the version. */
export const rowKey = {
  ofName: (name: string): string => name,
  ofVersion: ({ name, version }: VersionChoice): string => `${name}/${version}`,
  toVersion: (key: string): VersionChoice | null => {
    const slash = key.lastIndexOf('/');
    return slash === -1 ? null : { name: key.slice(0, slash), version: Number(key.slice(slash + 1)) };
  }
} as const;
