import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { ILiveConnection, Snapshot } from '../live/index.js';
import { ConnectionLine, ErrorNote, Skeleton, useChanges, useHost } from '../components/index.js';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

export interface PageProps<T> {
  readonly connection: ILiveConnection;
  readonly snapshot: Snapshot<T>;
  readonly onRefresh: () => void;
  readonly children: (data: T) => ReactNode;
}

/** The layout of all main-area pages: the content, the loading state, or the error. */
export function Page<T>({ connection, snapshot, onRefresh, children }: PageProps<T>): JSX.Element {
  useChanges(connection.stateChanged);
  const { data, error } = snapshot;
  const offline = connection.state.kind === 'offline';
  return (
    <main className="jp-SlipwayPage">
      <ConnectionLine connection={connection} />
      {error === null ? null : <ErrorNote error={error} onRetry={onRefresh} />}
      {data === null ? (
        error === null && !offline ? (
          <Skeleton rows={6} />
        ) : null
      ) : (
        <div className={offline ? 'jp-mod-offline' : ''}>{children(data)}</div>
      )}
    </main>
  );
}

export interface PageHeadProps {
  readonly title: string;
  /** Short facts in one line under the title. */
  readonly facts: readonly ReactNode[];
  readonly actions?: ReactNode;
}

/** Title, facts and buttons of a page. */
export function PageHead({ title, facts, actions }: PageHeadProps): JSX.Element {
  return (
    <header className="jp-SlipwayPage-head">
      <div>
        <h1>{title}</h1>
        <p className="jp-SlipwayFacts">
          {facts.filter(Boolean).map((fact, index) => (
            <span key={index}>{fact}</span>
          ))}
        </p>
      </div>
      {actions === undefined ? null : <div className="jp-SlipwayPage-actions">{actions}</div>}
    </header>
  );
}

export interface TabContent {
  readonly id: string;
  readonly label: string;
  /** Rendered only while the tab is shown. */
  readonly render: () => ReactNode;
}

/** Tabs inside a page; arrows move between them (WAI-ARIA practices, "Tabs"). */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly TabContent[] }): JSX.Element {
  const [shownId, setShownId] = useState(tabs[0]?.id);
  const base = useId();
  const index = Math.max(
    0,
    tabs.findIndex(tab => tab.id === shownId)
  );
  const shown = tabs[index];
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = tabs[(index + step + tabs.length) % tabs.length];
    if (step !== 0 && next !== undefined) {
      event.preventDefault();
      setShownId(next.id);
      document.getElementById(`${base}-${next.id}`)?.focus();
    }
  };
  return (
    <>
      <div className="jp-SlipwayTabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map(tab => (
          <button
            key={tab.id}
            id={`${base}-${tab.id}`}
            type="button"
            role="tab"
            aria-selected={tab === shown}
            aria-controls={`${base}-panel`}
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => setShownId(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div id={`${base}-panel`} role="tabpanel" aria-labelledby={`${base}-${shown?.id ?? ''}`}>
        {shown?.render()}
      </div>
    </>
  );
}

/** A headed part of a page. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }): JSX.Element {
  return (
    <section className="jp-SlipwaySection">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface CommandLinkProps {
  readonly command: string;
  readonly args: ReadonlyPartialJSONObject;
  readonly children: ReactNode;
}

/** A link to another page of ours. */
export function CommandLink({ command, args, children }: CommandLinkProps): JSX.Element {
  const host = useHost();
  return (
    <button type="button" className="jp-SlipwayLink" onClick={() => host.execute(command, args)}>
      {children}
    </button>
  );
}
