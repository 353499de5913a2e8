import { maskDeep as maskAll, maskText, SHORTEST_SECRET, type KnownSecrets } from '../secrets.js';

/** Environment variables whose values are secret, by name; shorter values are words like "true". */
const SECRET_NAME = /TOKEN|SECRET|PASSW(OR)?D|PASSPHRASE|CREDENTIAL|KEY|DSN/i;

/** What the user named with `slip.mask`. */
const named = new Set<string | RegExp>();

/**
 * Keeps more out of the record than what has the form of a secret: values, or patterns that match them. It holds for
 * this kernel, from the next record on. Without code: the environment variable `SLIPWAY_MASK` names further environment
 * variables whose values are secret, separated by commas.
 *
 * @example
 * slip.mask('hunter2-hunter2', /user-\d+/);
 */
export function mask(...secrets: (string | RegExp)[]): void {
  for (const secret of secrets) {
    if (typeof secret !== 'string') {
      named.add(new RegExp(secret.source, withGlobal(secret.flags)));
    } else if (secret !== '') {
      named.add(secret);
    }
  }
}

/** Forgets what `mask` was told. */
export function unmask(): void {
  named.clear();
}

/** `text` with what looks like a secret replaced by `***`. */
export function maskSecrets(text: string, environment: NodeJS.ProcessEnv = process.env): string {
  return maskText(text, knownSecrets(environment));
}

/** A copy of plain data in which every text is masked; keys stay. */
export function maskDeep<T>(data: T, environment: NodeJS.ProcessEnv = process.env): T {
  return maskAll(data, () => knownSecrets(environment));
}

/** What is secret here beside what has the form of a secret. */
export function knownSecrets(environment: NodeJS.ProcessEnv = process.env): KnownSecrets {
  const values = secretValues(environment);
  const shortest = Math.min(named.size === 0 ? SHORTEST_SECRET : 1, ...values.map(value => value.length));
  return { values, named, shortest };
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
