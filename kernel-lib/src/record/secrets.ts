/** Environment variables whose values are secret, by name; shorter values are words like "true". */
const SECRET_NAME = /TOKEN|SECRET|PASSW(OR)?D|PASSPHRASE|CREDENTIAL|KEY|DSN/i;
const SHORTEST_SECRET = 8;
const MASK = '***';

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
  // password = "…", "api_key": '…'
  /(?<keep>(?:passw(?:or)?d|passphrase|secret|api_?key|access_?token|auth_?token)["']?\s*[:=]\s*["'`])[^"'`\n]{6,}/gi
];

/** What the user named with `slip.mask`. */
const named = new Set<string | RegExp>();

/**
 * Keeps more out of the record than what has the form of a secret: values, or patterns that match them. It holds for
 * this kernel, from the next record on. Without code: the environment variable `SLIPWAY_MASK` names further environment
 * variables whose values are secret, separated by commas.
 */
export function mask(...secrets: (string | RegExp)[]): void {
  for (const secret of secrets) {
    if (typeof secret !== 'string') named.add(new RegExp(secret.source, withGlobal(secret.flags)));
    else if (secret !== '') named.add(secret);
  }
}

/** Forgets what `mask` was told. */
export function unmask(): void {
  named.clear();
}

/** `text` with what looks like a secret replaced by `***`. */
export function maskSecrets(text: string, environment: NodeJS.ProcessEnv = process.env): string {
  return maskWith(text, secretValues(environment));
}

/** A copy of plain data in which every text is masked; keys stay. */
export function maskDeep<T>(data: T, environment: NodeJS.ProcessEnv = process.env): T {
  let values: readonly string[] | undefined;
  const masked = (part: unknown): unknown => {
    if (typeof part === 'string') {
      return part.length < SHORTEST_SECRET && named.size === 0
        ? part
        : maskWith(part, (values ??= secretValues(environment)));
    }
    if (Array.isArray(part)) return part.map(masked);
    if (part === null || typeof part !== 'object') return part;
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, masked(value)]));
  };
  // Every part keeps its shape; only the characters of texts change.
  return masked(data) as T;
}

function maskWith(text: string, values: readonly string[]): string {
  let masked = text;
  for (const value of values) if (masked.includes(value)) masked = masked.replaceAll(value, MASK);
  for (const pattern of PATTERNS) masked = masked.replace(pattern, keepGroup);
  for (const secret of named) {
    if (typeof secret === 'string') masked = masked.replaceAll(secret, MASK);
    else masked = masked.replace(secret, MASK);
  }
  return masked;
}

function keepGroup(...args: unknown[]): string {
  const groups = args.at(-1);
  const keep = groups && typeof groups === 'object' && 'keep' in groups ? groups.keep : '';
  return `${typeof keep === 'string' ? keep : ''}${MASK}`;
}

/** Longest first: one value may be a part of another. */
function secretValues(environment: NodeJS.ProcessEnv): string[] {
  const also = new Set((environment['SLIPWAY_MASK'] ?? '').split(',').map(name => name.trim()));
  return Object.entries(environment)
    .filter(([name, value]) => value && (also.has(name) || (value.length >= SHORTEST_SECRET && SECRET_NAME.test(name))))
    .flatMap(([, value]) => value ?? [])
    .sort((a, b) => b.length - a.length);
}

function withGlobal(flags: string): string {
  return flags.includes('g') ? flags : `${flags}g`;
}
