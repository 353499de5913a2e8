import { describe, expect, it } from 'vitest';
import { warningBundle } from './warning.js';

describe('a warning under a cell', () => {
  const { 'text/html': html, 'text/plain': text } = warningBundle(
    'rain <b> was not registered yet.\nStart the server and run the cell again.\n'
  );

  it('has its sign, what happened and what to do', () => {
    expect(text).toBe('⚠ rain <b> was not registered yet.\nStart the server and run the cell again.');
    expect(html).toMatch(/title="Warning"[^>]*>⚠</);
    expect(html).toContain('rain &#60;b&#62; was not registered yet.</div>');
    expect(html).toContain('>Start the server and run the cell again.</div>');
  });

  it('is in the warning color of the theme, and never in the color of errors', () => {
    expect(html).toContain('var(--jp-warn-color1');
    expect(html).not.toContain('error');
  });
});
