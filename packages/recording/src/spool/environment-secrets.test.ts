import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { mask, maskDeep, maskSecrets, unmask } from './environment-secrets.js';

afterEach(() => unmask());

it('bearer tokens and the values of secret variables are masked', () => {
  const environment = { API_KEY: 'abcdefghij', HF_TOKEN: 'hf_0123456789', PATH: '/usr/local/bin' };
  expect(maskSecrets('fetch(u, "abcdefghij", "Bearer x1y2z3a4b5==") in /usr/local/bin', environment)).toBe(
    'fetch(u, "***", "Bearer ***") in /usr/local/bin'
  );
});

it('short values, which are words, are left', () => {
  expect(maskSecrets('const on = true', { USE_TOKEN: 'true' })).toBe('const on = true');
});

const letters = (length: number): string => 'aB3dE5gH7jK9mN1pQ2sT4vW6xY8zA0cD'.repeat(3).slice(0, length);

describe('secrets are known by their form', () => {
  it.each([
    ['an AWS key id', `AKIA${'ABCD1234EFGH5678'}`],
    ['a GitHub token', `ghp_${letters(36)}`],
    ['a fine-grained GitHub token', `github_pat_${letters(40)}`],
    ['a Hugging Face token', `hf_${letters(34)}`],
    ['an OpenAI-like key', `sk-proj-${letters(40)}`],
    ['a Slack token', `xoxb-${letters(24)}`],
    ['an npm token', `npm_${letters(36)}`],
    ['a JSON web token', `eyJ${letters(20)}.eyJ${letters(30)}.${letters(43)}`],
    ['a private key', `-----BEGIN RSA PRIVATE KEY-----\n${letters(64)}\n-----END RSA PRIVATE KEY-----`],
    ['half a private key', `-----BEGIN PRIVATE KEY-----\n${letters(64)}`]
  ])('%s', (_, secret) => {
    const source = `const a = call("${secret}");`;
    expect(maskSecrets(source, {})).not.toContain(secret.slice(-12));
    expect(maskSecrets(source, {})).toContain('const a = call("***');
  });

  it.each([
    ['const db = "postgres://ann:hunter2@db.example/rain"', 'const db = "postgres://ann:***@db.example/rain"'],
    ['const password = "correct horse";', 'const password = "***";'],
    ['{ "api_key": "0123456789" }', '{ "api_key": "***" }'],
    [`aws_secret_access_key = "${letters(40)}"`, 'aws_secret_access_key = "***"']
  ])('%s, of which the rest stays', (source, expected) => expect(maskSecrets(source, {})).toBe(expected));

  it.each([
    'const tokens = text.split(" "); tokens.length',
    'await fetch("https://example.org:8080/data?user=a@b.c")',
    'const sha = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";',
    'const secret = readSecret();',
    'import * as slip from "slipway";'
  ])('and not %s', source => expect(maskSecrets(source, {})).toBe(source));
});

it('the user names more: values, patterns, and variables by SLIPWAY_MASK', () => {
  mask('rose', /customer-\d+/);
  expect(maskSecrets('rose of customer-17 at desk-4', { SLIPWAY_MASK: 'DESK, OTHER', DESK: 'desk-4' })).toBe(
    '*** of *** at ***'
  );
});

it('no masked value leaves, wherever in a record it is', () => {
  const text = fc.string({ maxLength: 30 });
  const secret = fc.stringMatching(/^[A-Za-z0-9_+=~]{12,40}$/);
  const record = fc.letrec<{ part: unknown }>(tie => ({
    part: fc.oneof(
      { maxDepth: 3 },
      fc.tuple(text, fc.constantFrom('%SECRET%', ''), text).map(parts => parts.join('')),
      fc.double(),
      fc.constant(null),
      fc.array(tie('part'), { maxLength: 4 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), tie('part'), { maxKeys: 4 })
    )
  })).part;
  fc.assert(
    fc.property(record, secret, (template, value) => {
      const data: unknown = JSON.parse(JSON.stringify([template, '%SECRET%']).replaceAll('%SECRET%', value));
      expect(JSON.stringify(maskDeep(data, { SERVICE_TOKEN: value }))).not.toContain(value);
    })
  );
});

it('data without secrets stays as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), data => {
      const plain: unknown = JSON.parse(JSON.stringify(data));
      fc.pre(!/[:=]|-----|eyJ/.test(JSON.stringify(Object.values({ plain }))));
      expect(maskDeep(plain, {})).toEqual(plain);
    })
  );
});
