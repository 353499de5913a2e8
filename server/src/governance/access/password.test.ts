import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from './password.js';

describe('a stored password', () => {
  it('matches the same password only, and is another text each time', async () => {
    const stored = await hashPassword('correct horse battery');
    expect(await verifyPassword('correct horse battery', stored)).toBe(true);
    expect(await verifyPassword('correct horse batterx', stored)).toBe(false);
    expect(await hashPassword('correct horse battery')).not.toBe(stored);
    expect(stored).not.toContain('horse');
  });

  it('is the same however the keyboard writes its letters', async () => {
    const stored = await hashPassword('gr\u00f6\u00dfer und l\u00e4nger');
    expect(await verifyPassword('gro\u0308\u00dfer und la\u0308nger', stored)).toBe(true);
  });

  it('stays valid when the cost of new ones grows: its own cost is stored with it', async () => {
    const salt = Buffer.from('sixteen bytes ok');
    const key = scryptSync('an older password', salt, 32, { N: 1024, r: 8, p: 2 });
    const stored = `scrypt$1024$8$2$${salt.toString('base64url')}$${key.toString('base64url')}`;
    expect(await verifyPassword('an older password', stored)).toBe(true);
  });

  it('that is damaged is an internal error, and lets nobody in', async () => {
    for (const damaged of ['', 'plain', 'scrypt$1024$8$1$c2FsdA$', 'scrypt$x$8$1$c2FsdA$a2V5']) {
      await expect(verifyPassword('plain', damaged)).rejects.toThrow('damaged');
    }
  });
});
