const MASK = '***';

/** Forms that are secrets wherever they stand, by the issuers' own prefixes. */
const KNOWN_FORMS = [
  /\bgh[oprsu]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_\w{20,}/g,
  /\bhf_[A-Za-z0-9]{20,}/g,
  /\bsk-[\w-]{20,}/g,
  /\bA[KS]IA[A-Z0-9]{16}\b/g,
  /\bxox[abprs]-[\w-]{10,}/g
];
const BEARER = /\b(Bearer\s+)[\w.~+/-]{8,}=*/g;
/** `password = "…"`, `api_key: '…'`, `os.environ["X_TOKEN"] = "…"`: a quoted text given to a name that says what it is. */
const ASSIGNED =
  /((?:token|secret|password|passwd|api_?key|access_?key)\w*["'\]]*\s*[:=]\s*)(["'])(?!\2)[^"'\n]{4,}\2/gi;

/** Source or error text with obvious secrets masked. What a kernel's environment holds is not known here. */
export function maskSecrets(text: string): string {
  let masked = text.replace(BEARER, `$1${MASK}`).replace(ASSIGNED, `$1$2${MASK}$2`);
  for (const form of KNOWN_FORMS) {
    masked = masked.replace(form, MASK);
  }
  return masked;
}
