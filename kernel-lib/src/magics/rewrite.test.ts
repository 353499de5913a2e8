import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { blankForEditing, rewriteForExecution } from './rewrite.js';

describe('to run', () => {
  it('a magic line becomes a call on the same line', () => {
    expect(rewriteForExecution(ts, 'const a = 1;\n%slip run rain\na')).toBe(
      'const a = 1;\n;await globalThis.__slipway__.line("run rain");\na'
    );
  });

  it('quotes in a magic line do not break the call', () => {
    expect(rewriteForExecution(ts, '%slip data "a\\b"')).toContain('.line("data \\"a\\\\b\\"");');
  });

  it('a %% cell hands its body to the magic and runs none of it as a cell', () => {
    expect(rewriteForExecution(ts, '%%score fast\nx + 1')).toBe(
      ';await globalThis.__slipway__.line("score fast", "x + 1");'
    );
  });

  it('a cell without magic lines is left as it is', () => {
    expect(rewriteForExecution(ts, 'a\n%b')).toBe('a\n%b');
  });
});

describe('to edit', () => {
  it('a magic line becomes a comment of the same length', () => {
    const source = 'const a = 1;\n%slip status\na';
    const { code, magic } = blankForEditing(ts, source, source.indexOf('status') + 3);
    expect(code).toBe('const a = 1;\n//          \na');
    expect(magic?.args).toBe('status');
  });

  it('the cursor outside a magic line is in TypeScript', () => {
    expect(blankForEditing(ts, '%slip status\na', 14).magic).toBeNull();
  });
});
