/** A word of a magic line; offsets count UTF-16 units in the line. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const WORD = /(?:--[\w-]+=)?(?:"([^"]*)("|$)|'([^']*)('|$))|\S+/g;

/** Splits a line at blanks; a word in quotes may hold some, also as the value in `--option="a b"`. */
export function wordsOf(line: string): Word[] {
  return [...line.matchAll(WORD)].map(match => ({
    text: match[0].replace(/^(--[\w-]+=)?(["'])(.*?)\2?$/, '$1$3'),
    start: match.index,
    end: match.index + match[0].length
  }));
}

/** A word as it must be written to be one. */
export function quoted(text: string): string {
  if (!/[\s"']/.test(text)) {
    return text;
  }
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
