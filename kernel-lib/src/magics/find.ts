import type ts from 'typescript';
import { cellMagics, lineMagics } from './commands.js';

type TypeScript = typeof ts;

/** A `%name …` line or a `%%name …` first line of a cell. Offsets count UTF-16 units; `end` is the end of the line. */
export interface Magic {
  readonly start: number;
  readonly end: number;
  readonly kind: 'line' | 'cell';
  readonly name: string;
  readonly args: string;
}

/** Cheap test that most cells fail: no line starts with `%`. */
const HAS_CANDIDATE = /^%/m;
const CANDIDATE = /^(%{1,2})([A-Za-z_]\w*)(?=[ \t\r]|$)([^\n]*)$/gm;

/**
 * Finds the magic lines of a cell. A line is one only where the TypeScript scanner sees a `%` operator at column 0,
 * outside any bracket, template, string or comment, and where the text cannot be read as the rest of an
 * expression: `a\n%b` stays a modulo.
 */
export function findMagics(ts: TypeScript, source: string): Magic[] {
  if (!HAS_CANDIDATE.test(source)) {
    return [];
  }
  const candidates = new Map<number, Magic>();
  for (const match of source.matchAll(CANDIDATE)) {
    const magic = candidateOf(match);
    candidates.set(magic.start, magic);
  }
  return candidates.size === 0 ? [] : new MagicScan(ts, source, candidates).run();
}

function candidateOf(match: RegExpMatchArray): Magic {
  const [text, marks, name = '', args = ''] = match;
  const start = match.index ?? 0;
  return { start, end: start + text.length, kind: marks === '%%' ? 'cell' : 'line', name, args: args.trim() };
}

/** One pass of the scanner over a cell, which tells tokens apart as the parser would. */
class MagicScan {
  readonly #scanner: ts.Scanner;
  readonly #found: Magic[] = [];
  /** What each open bracket is: the scanner must know whether a `}` ends a template's expression. */
  readonly #open: ('bracket' | 'template')[] = [];
  #previous: ts.SyntaxKind;

  constructor(
    private readonly ts: TypeScript,
    private readonly source: string,
    private readonly candidates: ReadonlyMap<number, Magic>
  ) {
    this.#previous = ts.SyntaxKind.Unknown;
    this.#scanner = ts.createScanner(ts.ScriptTarget.ESNext, false, ts.LanguageVariant.Standard, source);
  }

  run(): Magic[] {
    const { SyntaxKind } = this.ts;
    for (;;) {
      const kind = this.#nextToken();
      if (kind === SyntaxKind.EndOfFileToken) {
        return this.#found;
      }
      if (kind >= SyntaxKind.FirstTriviaToken && kind <= SyntaxKind.LastTriviaToken) {
        continue;
      }
      const magic = this.#magicAt(kind, this.#scanner.getTokenStart());
      if (magic) {
        this.#found.push(magic);
        this.#scanner.resetTokenState(magic.end);
        this.#previous = SyntaxKind.SemicolonToken;
        continue;
      }
      this.#trackBrackets(kind);
      this.#previous = kind;
    }
  }

  /** The scanner alone cannot tell a division from a regular expression, nor a brace from the rest of a template. */
  #nextToken(): ts.SyntaxKind {
    const { SyntaxKind } = this.ts;
    const kind = this.#scanner.scan();
    const isSlash = kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken;
    if (isSlash && !this.#endsExpression()) {
      return this.#scanner.reScanSlashToken();
    }
    if (kind === SyntaxKind.CloseBraceToken && this.#open.at(-1) === 'template') {
      return this.#scanner.reScanTemplateToken(false);
    }
    return kind;
  }

  #trackBrackets(kind: ts.SyntaxKind): void {
    const { SyntaxKind } = this.ts;
    if (kind === SyntaxKind.TemplateHead) {
      this.#open.push('template');
    } else if (
      kind === SyntaxKind.OpenBraceToken ||
      kind === SyntaxKind.OpenParenToken ||
      kind === SyntaxKind.OpenBracketToken
    ) {
      this.#open.push('bracket');
    } else if (
      kind === SyntaxKind.CloseBraceToken ||
      kind === SyntaxKind.CloseParenToken ||
      kind === SyntaxKind.CloseBracketToken ||
      kind === SyntaxKind.TemplateTail
    ) {
      this.#open.pop();
    }
  }

  #magicAt(kind: ts.SyntaxKind, position: number): Magic | undefined {
    const { SyntaxKind } = this.ts;
    if (kind !== SyntaxKind.PercentToken || this.#open.length > 0) {
      return undefined;
    }
    const magic = this.candidates.get(position);
    return magic && this.#isMagic(magic) ? magic : undefined;
  }

  #isMagic(magic: Magic): boolean {
    const { SyntaxKind } = this.ts;
    const isFirst = this.#previous === SyntaxKind.Unknown;
    if (magic.kind === 'cell') {
      return isFirst;
    }
    if (isFirst || this.#previous === SyntaxKind.SemicolonToken || this.#previous === SyntaxKind.CloseBraceToken) {
      return true;
    }
    if (!lineMagics.has(magic.name) && !cellMagics.has(magic.name)) {
      return false;
    }
    if (magic.args === '') {
      return true;
    }
    return !this.#continuesExpression(this.source.slice(magic.start, magic.end));
  }

  #continuesExpression(line: string): boolean {
    const file = this.ts.createSourceFile('line.ts', `0 ${line}`, this.ts.ScriptTarget.ESNext);
    // Internal to the compiler, and the only way to the parser's own verdict.
    return (file as ts.SourceFile & { parseDiagnostics: readonly unknown[] }).parseDiagnostics.length === 0;
  }

  /** True where a `/` after the previous token divides. */
  #endsExpression(): boolean {
    const { SyntaxKind } = this.ts;
    switch (this.#previous) {
      case SyntaxKind.Identifier:
      case SyntaxKind.CloseParenToken:
      case SyntaxKind.CloseBracketToken:
      case SyntaxKind.CloseBraceToken:
      case SyntaxKind.NumericLiteral:
      case SyntaxKind.BigIntLiteral:
      case SyntaxKind.StringLiteral:
      case SyntaxKind.NoSubstitutionTemplateLiteral:
      case SyntaxKind.TemplateTail:
      case SyntaxKind.RegularExpressionLiteral:
      case SyntaxKind.ThisKeyword:
      case SyntaxKind.PlusPlusToken:
      case SyntaxKind.MinusMinusToken:
        return true;
      default:
        return false;
    }
  }
}
