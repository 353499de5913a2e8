import type { HistoryRequest } from '../protocol/requests.js';

interface Entry {
  readonly count: number;
  readonly source: string;
  readonly output: string | null;
}

type HistoryLine = [session: number, line: number, input: string | [string, string | null]];

/** What was executed in this session, as `history_request` asks for it. */
export class History {
  readonly #entries: Entry[] = [];

  add(count: number, source: string, output: string | null): void {
    this.#entries.push({ count, source, output });
  }

  find(request: HistoryRequest): HistoryLine[] {
    return this.#select(request).map(({ count, source, output }) => [
      1,
      count,
      request.output ? [source, output] : source
    ]);
  }

  #select(request: HistoryRequest): Entry[] {
    switch (request.hist_access_type) {
      case 'range':
        return this.#entries.filter(
          ({ count }) => count >= request.start && (request.stop == null || count < request.stop)
        );
      case 'tail':
        return this.#last(this.#entries, request.n);
      case 'search': {
        const pattern = globPattern(request.pattern ?? '*');
        const found = this.#entries.filter(({ source }) => pattern.test(source));
        const kept = request.unique ? [...new Map(found.map(entry => [entry.source, entry])).values()] : found;
        return this.#last(kept, request.n);
      }
    }
  }

  #last(entries: Entry[], n: number | null | undefined): Entry[] {
    return n ? entries.slice(-n) : entries;
  }
}

/** `*` matches any text and `?` any one character. */
function globPattern(glob: string): RegExp {
  const escaped = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '[\\s\\S]*')
    .replace(/\?/g, '[\\s\\S]');
  return new RegExp(`^${escaped}$`);
}
