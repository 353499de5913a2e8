import { describe, expect, it } from 'vitest';
import { maskSecrets } from './secrets.js';

describe('masking secrets', () => {
  it('hides what is given to a name that says it is secret', () => {
    expect(maskSecrets('password = "hunter22"')).toBe('password = "***"');
    expect(maskSecrets(`os.environ["MY_TOKEN"] = 'abcd1234'`)).toBe(`os.environ["MY_TOKEN"] = '***'`);
    expect(maskSecrets('client(api_key="abcd1234", n=2)')).toBe('client(api_key="***", n=2)');
  });

  it('hides what has the form of a token', () => {
    expect(maskSecrets(`x = f("ghp_${'a1'.repeat(18)}")`)).toBe('x = f("***")');
    expect(maskSecrets('"Authorization: Bearer abcdef123456"')).toBe('"Authorization: Bearer ***"');
  });

  it('leaves other text alone', () => {
    const source = 'tokens = tokenize("a b c")\nkey = "temperature"\nprint(f"{password!r}")';
    expect(maskSecrets(source)).toBe(source);
  });
});
