import { notebook, renderCard, renderTable, textTable } from '@slipway/notebook';
import { findServer } from '@slipway/recording/sending';
import { chooseBackend, installedVersions, tensorflow } from '@slipway/learning';

/**
 * Shows the installation: Node, packages, training backend with the refused ones, server.
 *
 * @example
 * await slip.doctor();
 */
export async function doctor(): Promise<void> {
  const book = notebook();
  const server = findServer(book.directory);
  const backend = await chooseBackend(await tensorflow());
  const header = ['what', 'found'];
  const rows = [
    ['Node', process.version],
    ...Object.entries(installedVersions()),
    ['training backend', backend.backend],
    ...backend.refused.map(r => [`refused: ${r.backend}`, r.reason]),
    ['metadata server', server ? server.url : 'not found; start it with npm start or slipway server']
  ];
  book.display({
    'text/html': renderCard({ title: 'Slipway doctor', body: renderTable(header, rows) }),
    'text/plain': `Slipway doctor\n${textTable(header, rows)}`
  });
}
