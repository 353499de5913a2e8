/** What a request says to prove who sends it. */
export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'password'; readonly name: string; readonly password: string };

/** Reads an `Authorization` header: Bearer with a token, or Basic with name and password (or name and token). */
export function readCredentials(header: string | undefined): Credentials {
  const space = header?.indexOf(' ') ?? -1;
  if (header === undefined || space < 0) {
    return { kind: 'none' };
  }
  const value = header.slice(space + 1).trim();
  switch (header.slice(0, space).toLowerCase()) {
    case 'bearer':
      return { kind: 'secret', secret: value };
    case 'basic': {
      const text = Buffer.from(value, 'base64').toString('utf8');
      const colon = text.indexOf(':');
      return { kind: 'password', name: text.slice(0, Math.max(0, colon)), password: text.slice(colon + 1) };
    }
    default:
      return { kind: 'none' };
  }
}
