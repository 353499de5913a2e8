import { CommandIDs } from '../commands/ids.js';
import { EmptyNote, Prose, useHost } from '../components/index.js';
import { useTranslation } from '../display/index.js';

interface StartNoteProps {
  /** What is missing. */
  readonly title: string;
  /** How to get the first one. */
  readonly advice: string;
}

/** Shown in a list that is empty. */
export function StartNote({ title, advice }: StartNoteProps): JSX.Element {
  const trans = useTranslation();
  const host = useHost();
  return (
    <EmptyNote>
      <p>{title}</p>
      <Prose text={advice} />
      <button type="button" className="jp-SlipwayLink" onClick={() => host.execute(CommandIDs.openExample)}>
        {trans.__('Open the example')}
      </button>
    </EmptyNote>
  );
}
