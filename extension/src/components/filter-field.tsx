import { searchIcon } from '@jupyterlab/ui-components';
import type { KeyboardEvent } from 'react';

export interface FilterFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Moves on to the list; Enter, Arrow down, and Escape in an empty field. */
  readonly onLeave: () => void;
}

/** The filter of a panel. Escape clears it, then leaves it. */
export function FilterField({ label, value, onChange, onLeave }: FilterFieldProps): JSX.Element {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && value !== '') {
      onChange('');
    } else if (event.key === 'Escape' || event.key === 'Enter' || event.key === 'ArrowDown') {
      onLeave();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <label className="jp-SlipwayFilter">
      <searchIcon.react tag="span" className="jp-SlipwayFilter-icon" elementSize="normal" />
      <input
        type="text"
        role="searchbox"
        aria-label={label}
        placeholder={label}
        spellCheck={false}
        value={value}
        onChange={event => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
    </label>
  );
}
