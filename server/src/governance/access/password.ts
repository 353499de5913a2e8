import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** OWASP's recommendation for scrypt: 32 MB and about a tenth of a second for each guess. */
const COST = 2 ** 15;
const BLOCK_SIZE = 8;
const PARALLELISM = 1;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const MOST_MEMORY = 256 * 1024 * 1024;

/** `scrypt$N$r$p$salt$key`, both in base64url: the parameters stay with the digest, so that they can grow later. */
const ENCODED = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(normalized(password), salt, KEY_BYTES, {
    N: COST,
    r: BLOCK_SIZE,
    p: PARALLELISM,
    maxmem: MOST_MEMORY
  });
  return ['scrypt', COST, BLOCK_SIZE, PARALLELISM, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** @throws TypeError when the stored text is malformed. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, cost, blockSize, parallelism, salt = '', key = ''] = ENCODED.exec(stored) ?? [];
  if (key === '') {
    throw new TypeError('The stored digest of a password is damaged.');
  }
  const expected = Buffer.from(key, 'base64url');
  const actual = await derive(normalized(password), Buffer.from(salt, 'base64url'), expected.length, {
    N: Number(cost),
    r: Number(blockSize),
    p: Number(parallelism),
    maxmem: MOST_MEMORY
  });
  return timingSafeEqual(actual, expected);
}

/** Keyboards write the same letter in different ways. */
function normalized(password: string): string {
  return password.normalize('NFKC');
}
