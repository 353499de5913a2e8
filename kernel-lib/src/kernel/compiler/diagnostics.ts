import path from 'node:path';
import type ts from 'typescript';
import type { TypeScript } from '../../graph/compiler.js';
import type { NotebookFiles } from './notebook-files.js';

/** A place in a cell or module, counted from 0. */
export interface Place {
  readonly offset: number;
  readonly line: number;
  readonly character: number;
}

/** Why a cell cannot run. */
export interface Diagnostic {
  readonly start: Place;
  readonly end: Place;
  readonly messageText: string;
  readonly code: number;
  /** Null for the cell; else a module of the notebook, named from its folder. */
  readonly fileName: string | null;
}

/** What the compiler says about files of a program, in the order of the files, with places in the user's own text. */
export function diagnosticsOf(
  ts: TypeScript,
  program: ts.Program,
  files: NotebookFiles,
  sources: readonly ts.SourceFile[]
): Diagnostic[] {
  return sources.flatMap(source => {
    const syntactic = program.getSyntacticDiagnostics(source);
    // Of code that cannot be read, what it means is a guess.
    const all = syntactic.length > 0 ? syntactic : program.getSemanticDiagnostics(source);
    return [...all, ...(source.fileName === files.cell ? namelessExports(ts, source) : [])]
      .filter(({ category }) => category === ts.DiagnosticCategory.Error)
      .flatMap(diagnostic => located(ts, files, source, diagnostic));
  });
}

/** A cell can pass on names of a module, not all of them unnamed: later cells could not be checked. */
function namelessExports(ts: TypeScript, file: ts.SourceFile): ts.Diagnostic[] {
  return file.statements.filter(ts.isExportDeclaration).flatMap(statement =>
    statement.moduleSpecifier && !statement.exportClause
      ? {
          ...{ file, start: statement.getStart(file), length: statement.getWidth(file), code: 1233 },
          category: ts.DiagnosticCategory.Error,
          messageText: `A cell cannot export * from a module. Name what it needs: import { … } from ${statement.moduleSpecifier.getText(file)}.`
        }
      : []
  );
}

function located(
  ts: TypeScript,
  files: NotebookFiles,
  source: ts.SourceFile,
  { start = 0, length = 0, code, messageText }: ts.Diagnostic
): Diagnostic[] {
  const isCell = source.fileName === files.cell;
  const fileName = isCell ? null : path.relative(files.directory, source.fileName).replaceAll('\\', '/');
  const prefix = files.prefixOf(source.fileName);
  const placeOf = (offset: number): Place => {
    const { line, character } = ts.getLineAndCharacterOfPosition(source, offset);
    return { offset: offset - prefix.length, line: line - (prefix === '' ? 0 : 1), character };
  };
  const place = { start: placeOf(start), end: placeOf(start + length), fileName };
  return chainOf(messageText, code).map(message => ({ ...place, ...message }));
}

/** A message and those that explain it. */
function chainOf(
  message: string | ts.DiagnosticMessageChain,
  code: number
): { readonly messageText: string; readonly code: number }[] {
  if (typeof message === 'string') {
    return [{ messageText: message, code }];
  }
  const { messageText, next = [] } = message;
  return [{ messageText, code: message.code }, ...next.flatMap(one => chainOf(one, one.code))];
}
