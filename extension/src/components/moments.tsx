import { formatAgo, formatExactTime, useTranslation } from '../display/index.js';
import { useNow } from './signals.js';

/** "2 h ago", with the exact local time in the title. */
export function Ago({ moment }: { readonly moment: number }): JSX.Element {
  const trans = useTranslation();
  const now = useNow(30_000);
  return (
    <time className="jp-SlipwayAgo" dateTime={new Date(moment).toISOString()} title={formatExactTime(moment)}>
      {formatAgo(moment, now, trans)}
    </time>
  );
}
