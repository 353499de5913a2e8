import { useTranslation } from '../display/index.js';
import type { ILiveConnection } from '../live/index.js';
import { useChanges, useNow } from './signals.js';
import { StatusMark } from './status-mark.js';

/** Says that the server is unreachable and when the next attempt is; nothing while it answers. */
export function ConnectionLine({ connection }: { readonly connection: ILiveConnection }): JSX.Element | null {
  useChanges(connection.stateChanged);
  const { state } = connection;
  if (state.kind !== 'offline') {
    return null;
  }
  return <OfflineLine connection={connection} retryAt={state.retryAt} />;
}

interface OfflineLineProps {
  readonly connection: ILiveConnection;
  readonly retryAt: number;
}

function OfflineLine({ connection, retryAt }: OfflineLineProps): JSX.Element {
  const trans = useTranslation();
  const now = useNow(500);
  const seconds = Math.max(0, Math.ceil((retryAt - now) / 1000));
  const { state } = connection;
  return (
    <div
      className="jp-SlipwayOffline"
      role="status"
      title={state.kind === 'offline' ? `${state.error.message} ${state.error.remedy ?? ''}` : ''}
    >
      <StatusMark look={{ word: trans.__('warning'), tone: 'caution', shape: 'warning' }} iconOnly />
      <span className="jp-SlipwayOffline-text">
        {seconds === 0
          ? trans.__('Server not reachable, retrying…')
          : trans.__('Server not reachable, retrying in %1 s', seconds)}
      </span>
      <button type="button" className="jp-SlipwayLink" onClick={() => connection.retry()}>
        {trans.__('Retry')}
      </button>
    </div>
  );
}
