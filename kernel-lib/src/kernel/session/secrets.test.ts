import { expect, it } from 'vitest';
import { maskSecrets } from './secrets.js';

it('bearer tokens and the values of secret variables are masked', () => {
  const environment = { API_KEY: 'abcdefghij', HF_TOKEN: 'hf_0123456789', PATH: '/usr/local/bin' };
  expect(maskSecrets('fetch(u, "abcdefghij", "Bearer x1y2z3a4b5==") in /usr/local/bin', environment)).toBe(
    'fetch(u, "***", "Bearer ***") in /usr/local/bin'
  );
});

it('short values, which are words, are left', () => {
  expect(maskSecrets('const on = true', { USE_TOKEN: 'true' })).toBe('const on = true');
});
