import type { ReactNode } from 'react';
import type { CallError } from '@slipway/client';
import { useTranslation } from '../display/index.js';

/** Gray placeholder rows; CSS shows them only after 200 ms, so that quick answers do not flicker. */
export function Skeleton({ rows }: { readonly rows: number }): JSX.Element {
  const trans = useTranslation();
  return (
    <div className="jp-SlipwaySkeleton" role="status" aria-label={trans.__('Loading')}>
      {Array.from({ length: rows }, (_unused, index) => (
        <div key={index} className="jp-SlipwaySkeleton-row" />
      ))}
    </div>
  );
}

/** The server's error and its remedy. */
export function ErrorNote(props: { readonly error: CallError; readonly onRetry?: () => void }): JSX.Element {
  const trans = useTranslation();
  return (
    <div className="jp-SlipwayError" role="alert">
      <p>{props.error.message}</p>
      {props.error.remedy === undefined ? null : <p className="jp-SlipwayError-remedy">{props.error.remedy}</p>}
      {props.onRetry === undefined ? null : (
        <button type="button" className="jp-SlipwayLink" onClick={props.onRetry}>
          {trans.__('Retry')}
        </button>
      )}
    </div>
  );
}

/** An empty state: one sentence and the next action. */
export function EmptyNote({ children }: { readonly children: ReactNode }): JSX.Element {
  return <div className="jp-SlipwayEmpty">{children}</div>;
}

/** A sentence; text between backticks is shown as code. */
export function Prose({ text }: { readonly text: string }): JSX.Element {
  return <p>{text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</p>;
}
