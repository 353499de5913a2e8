import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { SlipwayError, temporaryFolder } from '@slipway/notebook';
import { maskSecrets } from '@slipway/recording/spool';

/** Formats that a server names where the address does not end in one. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  'text/csv': '.csv',
  'text/tab-separated-values': '.tsv',
  'application/json': '.json',
  'application/x-ndjson': '.ndjson',
  'application/jsonl': '.jsonl',
  'application/vnd.apache.parquet': '.parquet'
};

/** A file that was fetched, and how to delete it. */
export interface Download {
  readonly file: string;
  remove(): Promise<void>;
}

export function isAddress(named: string): boolean {
  return /^https?:\/\//i.test(named);
}

/**
 * Fetches what `address` answers into a temporary file, streamed, so that its size does not matter. Redirects are
 * followed; the name of the file says the format, from the address or from what the server calls it.
 *
 * @throws SlipwayError DATA_NOT_FOUND when the server says that it is not there, DATA_UNREADABLE for any other answer and
 * when nobody answers; the signal's reason when it is aborted.
 */
export async function download(address: string, signal: AbortSignal): Promise<Download> {
  const shown = maskSecrets(address);
  const { url, headers } = requestFor(address);
  const response = await fetch(url, { signal, headers }).catch((cause: unknown) => {
    if (signal.aborted) {
      throw signal.reason;
    }
    throw new SlipwayError('DATA_UNREADABLE', `Nobody answers at "${shown}".`, {
      remedy: 'Check the address and the network; nothing was registered.',
      cause
    });
  });
  if (!response.ok || !response.body) {
    const code = response.status === 404 || response.status === 410 ? 'DATA_NOT_FOUND' : 'DATA_UNREADABLE';
    throw new SlipwayError(code, `"${shown}" was answered with ${response.status} ${response.statusText}.`.trim(), {
      remedy: 'Open the address in a browser to see what is wrong; nothing was registered.'
    });
  }
  const folder = await temporaryFolder('download');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    const extension = endingOf(new URL(response.url).pathname) || (EXTENSIONS[type] ?? '');
    const file = path.join(folder, `download${extension}`);
    // The same stream: the two declarations of it do not know each other.
    await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(file), { signal });
    return { file, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** `.csv`, and `.csv.gz` of what is packed. */
function endingOf(pathname: string): string {
  return /(?:\.[a-z]+)?\.gz$/i.exec(pathname)?.[0] ?? path.posix.extname(pathname);
}

/** `fetch` does not accept a user and password in an address; they travel in a header of their own. */
function requestFor(address: string): { url: URL; headers: Record<string, string> } {
  const url = new URL(address);
  if (url.username === '') {
    return { url, headers: {} };
  }
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  return { url, headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } };
}
