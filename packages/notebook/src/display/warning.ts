import type { MimeBundle } from '../context/context.js';
import { escapeHtml } from './html.js';

/** In front of a warning where only text is shown. */
export const WARNING_SIGN = '⚠';

/**
 * A warning as a notebook shows it: amber with its sign, so that it does not look like an error.
 *
 * @param message what happened in its first line, what to do in the others.
 */
export function warningBundle(message: string): MimeBundle {
  const [what, ...remedy] = message.trim().split('\n');
  const lines = remedy.map(line => `<div style="color:var(--jp-ui-font-color2,#616161)">${escapeHtml(line)}</div>`);
  return {
    'text/html':
      '<div class="slipway-warning" style="border-left:3px solid var(--jp-warn-color1,#f57c00);padding:4px 10px;margin:2px 0;' +
      'font-family:var(--jp-ui-font-family,sans-serif);font-size:var(--jp-ui-font-size1,13px);' +
      'color:var(--jp-ui-font-color1,#212121);overflow-wrap:anywhere">' +
      `<div><span title="Warning" style="color:var(--jp-warn-color1,#f57c00)">${WARNING_SIGN}</span> ` +
      `${escapeHtml(what)}</div>${lines.join('')}</div>`,
    'text/plain': `${WARNING_SIGN} ${message.trim()}`
  };
}
