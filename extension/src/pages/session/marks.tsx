import type { SessionCell } from '@slipway/contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import { readRecordedName, useTranslation } from '../../display/index.js';
import type { CellFreshness } from '../../notebook/edited.js';

interface CellMarksProps {
  readonly cell: SessionCell;
  readonly freshness: CellFreshness;
}

/** Marks of a cell's record, one or two words each; their titles explain them. */
export function CellMarks({ cell, freshness }: CellMarksProps): JSX.Element {
  const trans = useTranslation();
  const mark = freshnessMark(freshness, trans);
  return (
    <>
      {mark === null ? null : (
        <span className="jp-SlipwayBadge jp-mod-caution" title={mark.title}>
          {mark.word}
        </span>
      )}
      {cell.out_of_order ? (
        <span
          className="jp-SlipwayBadge jp-mod-caution"
          title={trans.__('It ran after a cell that is below it in the notebook.')}
        >
          {trans.__('out of order')}
        </span>
      ) : null}
      {cell.is_latest ? null : (
        <span className="jp-SlipwayBadge" title={trans.__('The same cell ran again later in this session.')}>
          {trans.__('ran again later')}
        </span>
      )}
    </>
  );
}

function freshnessMark(
  freshness: CellFreshness,
  trans: TranslationBundle
): { readonly word: string; readonly title: string } | null {
  switch (freshness.kind) {
    case 'current':
      return null;
    case 'edited':
      return {
        word: trans.__('edited since'),
        title: trans.__('The source in the notebook is not the source that ran.')
      };
    case 'removed':
      return { word: trans.__('removed since'), title: trans.__('The cell is no longer in the notebook.') };
    case 'stale': {
      const { name } = readRecordedName(freshness.name);
      return {
        word: name === '' ? trans.__('stale') : trans.__('stale: %1', name),
        title: trans.__('What it read was computed again, or from something that was. Run it again.')
      };
    }
  }
}
