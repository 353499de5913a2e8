import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPublicAddress } from './public-address.js';

const PRIVATE_FIRST = ['10', '127', '0', '169.254', '192.168', '172.16', '172.31', '100.64', '198.18', '224', '255'];

describe('an address', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '100.63.255.255', '2606:4700:4700::1111', '2a00:1450::1'])(
    '%s is public',
    address => {
      expect(isPublicAddress(address)).toBe(true);
    }
  );

  it('of a special network is not, nor one that embeds it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PRIVATE_FIRST),
        fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }),
        (first, more) => {
          const address = [...first.split('.'), ...more].slice(0, 4).join('.');
          const hex = address
            .split('.')
            .map(part => Number(part).toString(16).padStart(2, '0'))
            .join('')
            .replace(/^(.{4})/, '$1:');
          for (const written of [address, `::ffff:${address}`, `::ffff:${hex}`, `64:ff9b::${hex}`, `2002:${hex}::1`]) {
            expect([written, isPublicAddress(written)]).toEqual([written, false]);
          }
        }
      )
    );
  });

  it('that is malformed is not', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(isPublicAddress(`${text}x`)).toBe(false);
      })
    );
  });
});
