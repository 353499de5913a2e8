import { randomUUID } from 'node:crypto';
import { escapeHtml, type NotebookContext, CHART_COLORS, renderCard, renderDrawing } from '@slipway/notebook';
import { formatNumber } from '@slipway/wording';

const WIDTH = 420;
const HEIGHT = 140;
const MARGIN = { left: 44, bottom: 18, top: 6, right: 8 };
/** The chart is drawn again at most this often. */
const INTERVAL_MS = 250;

interface Curve {
  readonly name: string;
  readonly color: string;
  readonly dash: string;
  readonly values: number[];
}

/** Loss curves and progress of a training, drawn under the cell and replaced in place while it runs. */
export class LossChart {
  readonly #book: NotebookContext;
  readonly #displayId = `slipway-loss-${randomUUID()}`;
  readonly #title: string;
  readonly #epochs: number;
  readonly #started = Date.now();
  readonly #train: Curve = { name: 'loss', color: CHART_COLORS.first, dash: '', values: [] };
  readonly #validation: Curve = {
    name: 'validation loss',
    color: CHART_COLORS.second,
    dash: '5 3',
    values: []
  };
  /** The first epoch of this training: not 1 when it was resumed. */
  #first: number | undefined;
  #lastDrawn = 0;
  #shown = false;
  #ended = false;

  constructor(book: NotebookContext, title: string, epochs: number) {
    this.#book = book;
    this.#title = title;
    this.#epochs = epochs;
  }

  /** Adds an epoch, counted from 1; the chart is redrawn when the last drawing is old enough. */
  add(epoch: number, loss: number, validationLoss: number | undefined): void {
    this.#first ??= epoch;
    this.#train.values.push(loss);
    if (validationLoss !== undefined) {
      this.#validation.values.push(validationLoss);
    }
    if (Date.now() - this.#lastDrawn >= INTERVAL_MS) {
      this.#draw(this.#progressText());
    }
  }

  /** Draws the final state with a closing sentence, without the progress bar. */
  finish(sentence: string): void {
    this.#ended = true;
    this.#draw(sentence);
  }

  #progressText(): string {
    const here = this.#train.values.length;
    const done = here + this.#first! - 1;
    const left = ((Date.now() - this.#started) / here) * (this.#epochs - done);
    return `epoch ${done} of ${this.#epochs}, about ${formatNumber(Math.max(0, left) / 1000)} s left`;
  }

  #draw(sentence: string): void {
    this.#lastDrawn = Date.now();
    const curves = [this.#train, this.#validation].filter(curve => curve.values.length > 0);
    const now = curves.map(curve => `${curve.name} ${formatNumber(curve.values.at(-1)!)}`);
    const legend = curves.map((curve, i) => {
      const style = curve.dash === '' ? 'solid' : 'dashed';
      const line = `<span style="display:inline-block;width:20px;margin-right:4px;vertical-align:middle;border-top:2px ${style} ${curve.color}"></span>`;
      return `${line}${escapeHtml(now[i]!)}`;
    });
    const fraction = Math.min(1, (this.#train.values.length + (this.#first ?? 1) - 1) / this.#epochs);
    const bar = this.#ended
      ? ''
      : `<progress max="1" value="${fraction}" aria-label="training progress" style="width:${WIDTH}px;display:block"></progress>`;
    const html = renderCard({
      title: this.#title,
      subtitle: sentence,
      body: `${bar}${this.#image(now)}<div>${legend.join(' &nbsp; ')}</div>`
    });
    this.#book.display(
      { 'text/html': html, 'text/plain': `${this.#title}: ${sentence}; ${now.join(', ')}` },
      { displayId: this.#displayId, update: this.#shown }
    );
    this.#shown = true;
  }

  #image(now: readonly string[]): string {
    const curves = [this.#train, this.#validation].filter(c => c.values.length > 0);
    const all = curves.flatMap(c => c.values).filter(Number.isFinite);
    if (all.length === 0) {
      return '';
    }
    const low = Math.min(...all);
    const high = Math.max(...all);
    const steps = Math.max(2, ...curves.map(c => c.values.length));
    const x = (i: number): number => MARGIN.left + (i / (steps - 1)) * (WIDTH - MARGIN.left - MARGIN.right);
    const y = (v: number): number =>
      HEIGHT - MARGIN.bottom - ((v - low) / (high - low || 1)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
    const lines = curves.map(curve => {
      const points = curve.values.map((v, i) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`).join(' ');
      return (
        `<polyline fill="none" stroke="${curve.color}" stroke-width="1.5" stroke-dasharray="${curve.dash}" ` +
        `points="${points}"><title>${curve.name}</title></polyline>`
      );
    });
    const label = (text: string, atX: number, atY: number, anchor: string): string =>
      `<text x="${atX}" y="${atY}" text-anchor="${anchor}" font-size="10" font-family="sans-serif" fill="${CHART_COLORS.text}">${text}</text>`;
    const content =
      `<path d="M${MARGIN.left} ${MARGIN.top}V${HEIGHT - MARGIN.bottom}H${WIDTH - MARGIN.right}" fill="none" stroke="${CHART_COLORS.text}" opacity="0.6"/>` +
      label(formatNumber(high), MARGIN.left - 4, MARGIN.top + 8, 'end') +
      label(formatNumber(low), MARGIN.left - 4, HEIGHT - MARGIN.bottom, 'end') +
      label('1', MARGIN.left, HEIGHT - 4, 'start') +
      label(`epoch ${this.#train.values.length}`, WIDTH - MARGIN.right, HEIGHT - 4, 'end') +
      lines.join('');
    // An image in place of an image flickers: while it is redrawn, the drawing is in the page itself.
    return this.#ended
      ? `<div>${renderDrawing(content, { width: WIDTH, height: HEIGHT }, `loss by epoch: ${now.join(', ')}`)}</div>`
      : `<svg role="img" aria-label="loss by epoch" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">${content}</svg>`;
  }
}
