const MASK = '***';
/** Shorter texts hold no secret that is known by its form. */
export const SHORTEST_SECRET = 8;

/** Secrets that are known beside those that have the form of one. */
export interface KnownSecrets {
  /** Values, longest first: one may be a part of another. */
  readonly values: readonly string[];
  /** What the user named. Patterns are global. */
  readonly named: Iterable<string | RegExp>;
  /** Characters: shorter texts hold none of them, nor one that is known by its form. */
  readonly shortest: number;
}

/** Where nothing but the form of secrets is known. */
export const NO_KNOWN_SECRETS: KnownSecrets = { values: [], named: [], shortest: SHORTEST_SECRET };

/**
 * Secrets that are known by their form. Where a pattern has the group `keep`, that part stays: it says what was there.
 * Each begins with something rare, so that a text without secrets is passed fast.
 */
const PATTERNS: readonly RegExp[] = [
  // Private keys, with or without their end: a cell may hold half of one.
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // Credentials in a URL: scheme://user:password@host.
  /(?<keep>\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"'`]*:)[^\s/@"'`]+(?=@)/gi,
  // AWS key ids, and secret keys beside their name.
  /\b(?:AKIA|ASIA|AGPA|AROA)[0-9A-Z]{16}\b/g,
  /(?<keep>aws_?secret_?(?:access_?)?key\W{1,6})[A-Za-z0-9/+=]{40}/gi,
  // GitHub, GitLab, Slack, npm, PyPI, Hugging Face, OpenAI and the like, Google, Stripe.
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_\w{20,}/g,
  /\bglpat-[\w-]{16,}/g,
  /\bxox[abeoprs]-[\w-]{10,}/g,
  /\bnpm_[A-Za-z0-9]{20,}/g,
  /\bpypi-[\w-]{20,}/g,
  /\bhf_[A-Za-z0-9]{20,}/g,
  /\bsk-[\w-]{20,}/g,
  /\bAIza[\w-]{30,}/g,
  /\b[rs]k_(?:live|test)_\w{16,}/g,
  // JSON web tokens.
  /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?/g,
  /(?<keep>\b(?:Bearer|Basic)\s+)[\w.~+/-]{8,}=*/g,
  // password = "…", "api_key": '…', client(access_token="…")
  /(?<keep>(?:passw(?:or)?d|passphrase|secret|(?:api|access)_?key|(?:access|auth)_?token)["']?\s*[:=]\s*["'`])[^"'`\n]{6,}/gi,
  // os.environ["SERVICE_TOKEN"] = "…", process.env.SERVICE_TOKEN = '…'
  /(?<keep>(?:_TOKEN|SECRET|PASSWORD|(?:API|ACCESS|PRIVATE)_?KEY)["'`]?\]?\s*[:=]\s*["'`])[^"'`\n]{6,}/g
];

/** `text` with what is known to be a secret, or looks like one, replaced by `***`. */
export function maskText(text: string, { values, named }: KnownSecrets = NO_KNOWN_SECRETS): string {
  let masked = text;
  for (const value of values) {
    if (masked.includes(value)) {
      masked = masked.replaceAll(value, MASK);
    }
  }
  for (const pattern of PATTERNS) {
    masked = masked.replace(pattern, keepGroup);
  }
  for (const secret of named) {
    if (typeof secret === 'string') {
      masked = masked.replaceAll(secret, MASK);
    } else {
      masked = masked.replace(secret, MASK);
    }
  }
  return masked;
}

/**
 * A copy of plain data in which every text is masked; keys stay.
 *
 * @param known is asked for when the first text is met that could hold a secret.
 */
export function maskDeep<T>(data: T, known: () => KnownSecrets): T {
  let secrets: KnownSecrets | undefined;
  const seen = new Map<string, string>();
  const masked = (part: unknown): unknown => {
    if (typeof part === 'string') {
      secrets ??= known();
      if (part.length < secrets.shortest) {
        return part;
      }
      // The names of metrics come again with each of their points.
      const before = seen.get(part);
      if (before !== undefined) {
        return before;
      }
      const text = maskText(part, secrets);
      seen.set(part, text);
      return text;
    }
    if (Array.isArray(part)) {
      return part.map(masked);
    }
    if (part === null || typeof part !== 'object') {
      return part;
    }
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, masked(value)]));
  };
  // Every part keeps its shape; only the characters of texts change.
  return masked(data) as T;
}

function keepGroup(...args: unknown[]): string {
  const groups = args.at(-1);
  const keep = groups && typeof groups === 'object' && 'keep' in groups ? groups.keep : '';
  return `${typeof keep === 'string' ? keep : ''}${MASK}`;
}
