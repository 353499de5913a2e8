import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useChanges } from '../components/index.js';
import type { CurrentSession } from './current-session.js';

/** "2 stale cells" in the status bar; a click leads to the session. */
export class StaleCellsItem extends ReactWidget {
  readonly #current: CurrentSession;
  readonly #trans: TranslationBundle;
  readonly #onClick: () => void;

  constructor(current: CurrentSession, trans: TranslationBundle, onClick: () => void) {
    super();
    this.#current = current;
    this.#trans = trans;
    this.#onClick = onClick;
    this.addClass('jp-SlipwayStaleCells');
  }

  protected override render(): JSX.Element {
    return <Count current={this.#current} trans={this.#trans} onClick={this.#onClick} />;
  }
}

interface CountProps {
  readonly current: CurrentSession;
  readonly trans: TranslationBundle;
  readonly onClick: () => void;
}

function Count({ current, trans, onClick }: CountProps): JSX.Element {
  useChanges(current.changed);
  return (
    <button
      type="button"
      className="jp-SlipwayStaleCells-button"
      title={trans.__('Cells that were edited after they ran, or that read what has changed since')}
      onClick={onClick}
    >
      {trans._n('%1 stale cell', '%1 stale cells', current.staleCount)}
    </button>
  );
}
