import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import {
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode
} from 'react';

/** One visible row. The list does not contain the rows of collapsed groups. */
export interface TreeRow {
  readonly key: string;
  /** 1 for rows at the top. */
  readonly level: number;
  /** `undefined` for leaf rows. */
  readonly expanded?: boolean;
  /** Accessible name: everything that the row shows, as a sentence. */
  readonly name: string;
  readonly className?: string;
  readonly content: ReactNode;
}

export interface TreeProps {
  readonly label: string;
  readonly rows: readonly TreeRow[];
  readonly selectedKey: string | null;
  readonly onSelect: (key: string) => void;
  readonly onOpen: (key: string) => void;
  readonly onToggle: (key: string) => void;
}

/**
 * A tree with one stop for Tab: arrows, Home and End move, Left and Right close and open groups, Enter opens, Space
 * selects (WAI-ARIA practices, "Tree View").
 */
export function Tree(props: TreeProps): JSX.Element {
  const { rows, selectedKey, onSelect, onOpen, onToggle } = props;
  const [focusedKey, setFocusedKey] = useState<string | null>(null);
  const moveFocus = useRef(false);
  const root = useRef<HTMLUListElement>(null);

  const stop = [focusedKey, selectedKey].find(key => rows.some(row => row.key === key)) ?? rows[0]?.key;

  useLayoutEffect(() => {
    if (moveFocus.current) {
      moveFocus.current = false;
      root.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    }
  }, [stop]);

  const goTo = useCallback((row: TreeRow | undefined) => {
    if (row !== undefined) {
      moveFocus.current = true;
      setFocusedKey(row.key);
    }
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    const index = rows.findIndex(row => row.key === stop);
    const row = rows[index];
    if (row === undefined || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    switch (event.key) {
      case 'ArrowDown':
        goTo(rows[index + 1]);
        break;
      case 'ArrowUp':
        goTo(rows[index - 1]);
        break;
      case 'Home':
        goTo(rows[0]);
        break;
      case 'End':
        goTo(rows[rows.length - 1]);
        break;
      case 'ArrowRight':
        if (row.expanded === false) {
          onToggle(row.key);
        } else if (row.expanded === true) {
          goTo(rows[index + 1]);
        }
        break;
      case 'ArrowLeft':
        if (row.expanded === true) {
          onToggle(row.key);
        } else {
          goTo(rows.slice(0, index).findLast(above => above.level < row.level));
        }
        break;
      case 'Enter':
        if (row.expanded === undefined) {
          onSelect(row.key);
          onOpen(row.key);
        } else {
          onToggle(row.key);
        }
        break;
      case ' ':
        onSelect(row.key);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <ul ref={root} className="jp-SlipwayTree" role="tree" aria-label={props.label} onKeyDown={onKeyDown}>
      {rows.map(row => (
        <Row
          key={row.key}
          row={row}
          isStop={row.key === stop}
          isSelected={row.key === selectedKey}
          onFocus={() => setFocusedKey(row.key)}
          onSelect={() => onSelect(row.key)}
          onOpen={() => onOpen(row.key)}
          onToggle={() => onToggle(row.key)}
        />
      ))}
    </ul>
  );
}

interface RowProps {
  readonly row: TreeRow;
  readonly isStop: boolean;
  readonly isSelected: boolean;
  readonly onFocus: () => void;
  readonly onSelect: () => void;
  readonly onOpen: () => void;
  readonly onToggle: () => void;
}

function Row({ row, isStop, isSelected, onFocus, onSelect, onOpen, onToggle }: RowProps): JSX.Element {
  const isGroup = row.expanded !== undefined;
  const onClick = (event: MouseEvent): void => {
    if (event.button !== 0) {
      return;
    }
    if (isGroup) {
      onToggle();
    } else {
      onSelect();
      onOpen();
    }
  };
  const caret = row.expanded === true ? caretDownIcon : caretRightIcon;
  return (
    <li
      role="treeitem"
      aria-level={row.level}
      aria-expanded={row.expanded}
      aria-selected={isSelected}
      aria-label={row.name}
      tabIndex={isStop ? 0 : -1}
      className={`jp-SlipwayTree-row ${row.className ?? ''} ${isGroup ? 'jp-mod-group' : ''}`}
      data-key={row.key}
      onClick={onClick}
      onContextMenu={onSelect}
      onFocus={onFocus}
    >
      {isGroup ? <caret.react tag="span" className="jp-SlipwayTree-caret" elementSize="normal" /> : null}
      <div className="jp-SlipwayTree-content">{row.content}</div>
    </li>
  );
}
