import { escapeHtml, type MimeBundle, renderCard } from '@slipway/notebook';

/**
 * How a model did on its test rows, as one HTML page. As the last value of a cell it is shown; `String(report)` is the
 * page itself.
 *
 * @example writeFileSync('evaluation.html', String(model.report()));
 */
export class ModelReport {
  /**
   * @param html the whole page.
   * @param title of the card around it.
   * @param text the metrics, where only text is shown.
   */
  constructor(
    readonly html: string,
    private readonly title: string,
    private readonly text: string
  ) {}

  toString(): string {
    return this.html;
  }

  /** The page in a frame of its own, where no script runs and no style reaches the notebook. */
  [Symbol.for('Jupyter.display')](): MimeBundle {
    const otherwise = 'The report is shown in a trusted notebook; it is also the artifact evaluation.html of its run.';
    const body =
      `<iframe sandbox="" title="${escapeHtml(this.title)}" srcdoc="${escapeHtml(this.html)}" ` +
      `style="width:100%;height:560px;border:0;resize:vertical">${escapeHtml(otherwise)}</iframe>`;
    return { 'text/html': renderCard({ title: this.title, body }), 'text/plain': this.text };
  }
}
