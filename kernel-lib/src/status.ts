import { counted } from '@slipway/wording';
import { call } from '@slipway/notebook/server';
import { notebook, renderCard, renderTable, SlipwayError, textTable } from '@slipway/notebook';
import { lineBundle } from './registry/registry-display.js';

/**
 * Shows the server, its services and its kernels; when the server is away, one line that says so.
 *
 * @example
 * await slip.status();
 */
export async function status(): Promise<void> {
  const book = notebook();
  try {
    const now = await call(book.directory, 'getStatus', {});
    const header = ['what', 'state', 'where'];
    const rows = [
      ['metadata server', 'running', now.url],
      ...now.services.map(s => [`service ${s.name} (${s.environment})`, s.state, s.url]),
      ...now.sessions.map(s => [`kernel ${s.language}`, s.state, s.notebook_path])
    ];
    const { runs, datasets, models, cells } = now.counts;
    const subtitle = `${counted(runs, 'run')}, ${counted(datasets, 'dataset')}, ${counted(models, 'model')}, ${counted(cells, 'cell')}`;
    book.display({
      'text/html': renderCard({ title: 'Slipway', subtitle, body: renderTable(header, rows) }),
      'text/plain': `Slipway: ${subtitle}\n${textTable(header, rows)}`
    });
  } catch (error) {
    if (!(error instanceof SlipwayError)) {
      throw error;
    }
    book.display(lineBundle('Slipway', error.message));
  }
}
