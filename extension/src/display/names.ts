/** What a cell read or wrote, as its record names it: `variable:train`, `dataset:weather@1`, `file:x.csv`. */
export interface RecordedName {
  readonly kind: 'variable' | 'dataset' | 'file' | 'url' | 'model' | 'service' | 'other';
  readonly name: string;
  /** Of datasets and models, when it is known. */
  readonly version: number | null;
}

const KINDS = ['variable', 'dataset', 'file', 'url', 'model', 'service'] as const;

/** Parses a recorded name; older records have names without a kind. */
export function readRecordedName(text: string): RecordedName {
  const kind = KINDS.find(known => text.startsWith(`${known}:`));
  if (kind === undefined) {
    return { kind: 'other', name: text, version: null };
  }
  const name = text.slice(kind.length + 1);
  const versioned = kind === 'dataset' || kind === 'model' ? /^(.+)@(\d+)$/.exec(name) : null;
  return versioned?.[1] === undefined
    ? { kind, name, version: null }
    : { kind, name: versioned[1], version: Number(versioned[2]) };
}

/** The first characters of a digest; a name that is not a digest is shown whole. */
export function shortDigest(digest: string): string {
  return /^[0-9a-f]{16,}$/i.test(digest) ? digest.slice(0, 12) : digest;
}
