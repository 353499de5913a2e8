import { statusIcon, type StatusLook } from '../display/index.js';

interface StatusMarkProps {
  readonly look: StatusLook;
  /** Only the icon, with the word as its title; the row must say it elsewhere. */
  readonly iconOnly?: boolean;
}

/** A status as icon and word. */
export function StatusMark({ look, iconOnly = false }: StatusMarkProps): JSX.Element {
  const icon = statusIcon(look.shape);
  return (
    <span className="jp-SlipwayStatus" data-tone={look.tone} title={look.word}>
      <icon.react tag="span" className="jp-SlipwayStatus-icon" elementSize="normal" />
      {iconOnly ? null : <span className="jp-SlipwayStatus-word">{look.word}</span>}
    </span>
  );
}
