import { refreshIcon, type LabIcon } from '@jupyterlab/ui-components';
import { useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from '../display/index.js';
import type { ILiveConnection, Snapshot } from '../live/index.js';
import { ConnectionLine } from './connection-line.js';
import { FilterField } from './filter-field.js';
import { ErrorNote, Skeleton } from './notes.js';
import { useChanges } from './signals.js';

export interface SidebarProps {
  readonly title: string;
  readonly connection: ILiveConnection;
  readonly snapshot: Snapshot<unknown>;
  readonly onRefresh: () => void;
  readonly filter: { readonly label: string; readonly value: string; readonly onChange: (value: string) => void };
  /** Shown beside the filter. */
  readonly filterExtra?: ReactNode;
  /** Shown instead of an empty list. */
  readonly empty: ReactNode | null;
  /** Buttons at the foot, for the selected row. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The layout of all sidebars: heading, filter, loading and offline states, list, buttons. */
export function Sidebar(props: SidebarProps): JSX.Element {
  const trans = useTranslation();
  const root = useRef<HTMLDivElement>(null);
  useChanges(props.connection.stateChanged);
  const { data, error } = props.snapshot;
  const offline = props.connection.state.kind === 'offline';

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === '/' && !(event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      root.current?.querySelector<HTMLInputElement>('.jp-SlipwayFilter input')?.focus();
    }
  };
  const focusList = (): void => root.current?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus();

  let content: ReactNode;
  if (data !== null) {
    content = props.empty ?? props.children;
  } else if (error !== null) {
    content = <ErrorNote error={error} onRetry={props.onRefresh} />;
  } else if (offline) {
    content = null;
  } else {
    content = <Skeleton rows={4} />;
  }
  return (
    <div ref={root} className="jp-SlipwaySidebar" onKeyDown={onKeyDown}>
      <header className="jp-SlipwaySidebar-header">
        <h2>{props.title}</h2>
        <IconButton icon={refreshIcon} label={trans.__('Refresh')} onClick={props.onRefresh} />
      </header>
      <div className="jp-SlipwaySidebar-filter">
        <FilterField {...props.filter} onLeave={focusList} />
        {props.filterExtra}
      </div>
      <ConnectionLine connection={props.connection} />
      {data !== null && error !== null ? <ErrorNote error={error} onRetry={props.onRefresh} /> : null}
      <div className={`jp-SlipwaySidebar-list ${offline ? 'jp-mod-offline' : ''}`}>{content}</div>
      {props.actions !== undefined && data !== null ? (
        <footer className="jp-SlipwaySidebar-actions">{props.actions}</footer>
      ) : null}
    </div>
  );
}

interface IconButtonProps {
  readonly icon: LabIcon;
  readonly label: string;
  readonly onClick: () => void;
}

/** A button that is only an icon; its label is its title and its accessible name. */
export function IconButton({ icon, label, onClick }: IconButtonProps): JSX.Element {
  return (
    <button type="button" className="jp-SlipwayIconButton" title={label} aria-label={label} onClick={onClick}>
      <icon.react tag="span" elementSize="normal" />
    </button>
  );
}
