import { renderCard, renderTable, textTable, type MimeBundle } from '@slipway/notebook';
import { formOf, slipCommands } from './commands.js';

/** What `%slip help` shows: each command with its purpose, its options below it. */
export function helpBundle(): MimeBundle {
  const header = ['command', 'what it does'];
  const rows = slipCommands.flatMap(command => [
    [formOf(command), command.help],
    ...Object.entries(command.options).map(([name, option]) => [`    --${name} ${option.name}`, option.help])
  ]);
  const subtitle = `${slipCommands.length} commands`;
  return {
    'text/html': renderCard({ title: '%slip', subtitle, body: renderTable(header, rows) }),
    'text/plain': `%slip: ${subtitle}\n${textTable(header, rows)}`
  };
}
