/** Environment variables whose values are secret, by name; shorter values are words like "true". */
const SECRET_NAME = /TOKEN|SECRET|PASSWORD|KEY/i;
const SHORTEST_SECRET = 8;
const BEARER = /\b(Bearer\s+)[\w.~+/-]{8,}=*/g;
const MASK = '***';

/** `text` with obvious secrets masked: bearer tokens and the values of secret environment variables. */
export function maskSecrets(text: string, environment: NodeJS.ProcessEnv = process.env): string {
  let masked = text.replace(BEARER, `$1${MASK}`);
  for (const [name, value] of Object.entries(environment)) {
    if (!value || value.length < SHORTEST_SECRET || !SECRET_NAME.test(name)) continue;
    if (masked.includes(value)) masked = masked.replaceAll(value, MASK);
  }
  return masked;
}
