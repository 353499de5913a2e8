import type { SessionCleanness } from '@slipway/contract';
import { StatusMark } from '../../components/index.js';
import { useTranslation } from '../../display/index.js';

interface CleanStampProps {
  readonly clean: SessionCleanness;
  /** Cells whose source in the notebook is no longer what ran. */
  readonly edited: number;
}

/** Whether restarting the kernel and running all cells would repeat this session, and if not, why. */
export function CleanStamp({ clean, edited }: CleanStampProps): JSX.Element {
  const trans = useTranslation();
  const reasons =
    edited === 0
      ? clean.reasons
      : [
          ...clean.reasons,
          trans._n('%1 cell was edited after it ran.', '%1 cells were edited after they ran.', edited)
        ];
  const isClean = reasons.length === 0;
  return (
    <section className="jp-SlipwayStamp" data-clean={isClean} aria-label={trans.__('Restart and run all')}>
      <StatusMark
        look={
          isClean
            ? { word: trans.__('Restart and run all is clean'), tone: 'good', shape: 'check' }
            : { word: trans.__('Restart and run all may give other results'), tone: 'caution', shape: 'warning' }
        }
      />
      {isClean ? (
        <p>{trans.__('Every cell ran once, from top to bottom, and none failed.')}</p>
      ) : (
        <ul>
          {reasons.map(reason => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
