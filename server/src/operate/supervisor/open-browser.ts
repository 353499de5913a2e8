import { spawn } from 'node:child_process';

/** Opens the user's browser where there is one; without a display nothing happens, as the URL was printed. */
export function openBrowser(url: string): void {
  const opener = command(url);
  if (!opener) {
    return;
  }
  const child = spawn(opener[0]!, opener.slice(1), { stdio: 'ignore', detached: true });
  child.once('error', () => undefined);
  child.unref();
}

function command(url: string): string[] | null {
  switch (process.platform) {
    case 'darwin':
      return ['open', url];
    case 'win32':
      return ['cmd', '/c', 'start', '', url.replaceAll('&', '^&')];
    default:
      return process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] ? ['xdg-open', url] : null;
  }
}
