import { expect, it } from 'vitest';
import { slipCommands } from './commands.js';
import { helpBundle } from './help.js';

it('%slip help is a table of all commands and their options', () => {
  const bundle = helpBundle();
  const html = String(bundle['text/html']);
  const options = slipCommands.flatMap(({ options }) => Object.keys(options));
  expect(html).toContain('<th scope="col"');
  expect(html.match(/<tr>/g)).toHaveLength(1 + slipCommands.length + options.length);
  const lines = String(bundle['text/plain']).split('\n');
  const [header = ''] = lines.slice(1);
  // Columns are aligned: what a command does begins where its heading does.
  expect(lines.find(line => line.startsWith('%slip doctor'))?.indexOf('check')).toBe(header.indexOf('what'));
});
