/** Text made safe for HTML content and attribute values. */
export function escapeHtml(text: unknown): string {
  return String(text).replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);
}

export interface Card {
  readonly title: string;
  /** Beside the title, in quiet letters. */
  readonly subtitle?: string;
  /** Already safe HTML. */
  readonly body: string;
}

/** A quiet card in the colors of the JupyterLab theme; readable without its variables too (nbconvert). */
export function renderCard(card: Card): string {
  const subtitle = card.subtitle
    ? ` <span style="color:var(--jp-ui-font-color2,#616161);font-weight:400">${escapeHtml(card.subtitle)}</span>`
    : '';
  return (
    '<div class="slipway-card" style="border:1px solid var(--jp-border-color2,#e0e0e0);border-radius:4px;' +
    'padding:8px 12px;margin:2px 0;font-family:var(--jp-ui-font-family,sans-serif);' +
    'font-size:var(--jp-ui-font-size1,13px);color:var(--jp-ui-font-color1,#212121);' +
    'background:var(--jp-layout-color1,#fff);overflow-x:auto">' +
    `<div style="font-weight:600;margin-bottom:4px">${escapeHtml(card.title)}${subtitle}</div>${card.body}</div>`
  );
}

/** A table with a header row; cells are text unless they are given as `{ html }`. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly (string | { html: string })[])[]
): string {
  const cell = 'padding:2px 10px 2px 0;text-align:left;white-space:nowrap;vertical-align:top';
  const head = header
    .map(h => `<th scope="col" style="${cell};color:var(--jp-ui-font-color2,#616161)">${escapeHtml(h)}</th>`)
    .join('');
  const body = rows
    .map(
      row =>
        '<tr>' +
        row.map(c => `<td style="${cell}">${typeof c === 'string' ? escapeHtml(c) : c.html}</td>`).join('') +
        '</tr>'
    )
    .join('');
  return `<table style="border-collapse:collapse;margin:0"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

/** Seen well on white and on black: an image knows nothing of the theme around it. */
export const CHART_COLORS = { first: '#2b87d8', second: '#e8710a', text: '#808080' };

/**
 * A drawing as an image: pages that do not trust an output take SVG out of it, and leave images.
 *
 * @param content what is between `<svg …>` and `</svg>`.
 * @param alt what is said where the image is not seen.
 */
export function renderDrawing(content: string, size: { width: number; height: number }, alt: string): string {
  const { width, height } = size;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`;
  const text = escapeHtml(alt);
  return (
    `<img alt="${text}" title="${text}" width="${width}" height="${height}" ` +
    `src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`
  );
}

/** A histogram as a row of small bars; `counts` in bin order. */
export function renderBars(counts: readonly number[], label: string): string {
  const width = 84;
  const height = 18;
  const top = Math.max(1, ...counts);
  const step = width / Math.max(1, counts.length);
  const bars = counts
    .map((count, i) => {
      const h = count === 0 ? 0 : Math.max(1, (count / top) * height);
      return `<rect x="${(i * step).toFixed(2)}" y="${(height - h).toFixed(2)}" width="${Math.max(0.5, step - 1).toFixed(2)}" height="${h.toFixed(2)}"/>`;
    })
    .join('');
  return renderDrawing(`<g fill="${CHART_COLORS.first}">${bars}</g>`, { width, height }, label);
}

/** Columns padded with spaces: the plain-text form of a table. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((h, i) => Math.max(h.length, ...rows.map(row => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((c, i) => c.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)].join('\n');
}
