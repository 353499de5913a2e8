import type { ReactNode } from 'react';
import type { CallError } from '@slipway/client';
import { useTranslation } from '../display/index.js';

/** Grey rows in place of the coming ones; CSS shows them only after 200 ms, so that quick answers do not flicker. */
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

/** What the server refused, and what to do about it. */
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

/** One sentence and the next step, where there is nothing to show yet. */
export function EmptyNote({ children }: { readonly children: ReactNode }): JSX.Element {
  return <div className="jp-SlipwayEmpty">{children}</div>;
}

/** A sentence in which what stands between backticks is code. */
export function Prose({ text }: { readonly text: string }): JSX.Element {
  return <p>{text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</p>;
}
