/** The kinds of preview. */
export type Preview =
  | { readonly kind: 'image'; readonly mimeType: string }
  | { readonly kind: 'text'; readonly textOf: (bytes: Uint8Array) => string };

const IMAGES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml'
};
const TEXTS = new Set(
  'txt md json jsonl yaml yml toml csv tsv html css js mjs ts py r sh sql log xml ini cfg mlmodel ipynb'.split(' ')
);
const LARGEST_BYTES = 5 * 1024 * 1024;
const MOST_CHARACTERS = 100_000;

/** The preview of a file; null when it is too large, or neither text nor an image. */
export function previewOf(path: string, size: number): Preview | null {
  if (size > LARGEST_BYTES) {
    return null;
  }
  const name = path.split('/').at(-1) ?? '';
  const extension = name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : name.toLowerCase();
  const mimeType = Object.hasOwn(IMAGES, extension) ? IMAGES[extension] : undefined;
  if (mimeType !== undefined) {
    return { kind: 'image', mimeType };
  }
  return TEXTS.has(extension) ? { kind: 'text', textOf: bytes => textOf(bytes, extension) } : null;
}

function textOf(bytes: Uint8Array, extension: string): string {
  const text = new TextDecoder().decode(bytes);
  const readable = extension === 'json' ? indented(text) : text;
  return readable.length > MOST_CHARACTERS ? `${readable.slice(0, MOST_CHARACTERS)}\n…` : readable;
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
