import { describe, expect, it } from 'vitest';
import { maskText } from './secrets.js';

// More of what is known by its form, and what only the kernel knows, is tested with the kernel library.
describe('masking secrets', () => {
  it('hides what is given to a name that says it is secret', () => {
    expect(maskText('password = "hunter22"')).toBe('password = "***"');
    expect(maskText(`os.environ["MY_TOKEN"] = 'abcd1234'`)).toBe(`os.environ["MY_TOKEN"] = '***'`);
    expect(maskText("process.env.SERVICE_TOKEN = 'abcd1234'")).toBe("process.env.SERVICE_TOKEN = '***'");
    expect(maskText('client(api_key="abcd1234", n=2)')).toBe('client(api_key="***", n=2)');
  });

  it('hides what has the form of a token', () => {
    expect(maskText(`x = f("ghp_${'a1'.repeat(18)}")`)).toBe('x = f("***")');
    expect(maskText('"Authorization: Bearer abcdef123456"')).toBe('"Authorization: Bearer ***"');
  });

  it('leaves other text alone, above all what tokens mean in language models', () => {
    const source =
      'tokens = tokenize("a b c")\nkey = "temperature"\nprint(f"{password!r}")\npad_token = "<|endoftext|>"';
    expect(maskText(source)).toBe(source);
  });
});
