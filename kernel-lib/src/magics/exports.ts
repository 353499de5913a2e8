import type ts from 'typescript';
import { moduleOfCell } from './memory-module.js';

type TypeScript = typeof ts;

/** A part of the source, and what takes its place. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Turns the exports of a cell, pasted from a module, into what they mean in a notebook: `export const a = 1` declares
 * `a`, `export { a } from "m"` imports it, `export default 5` is an expression. Columns stay as they are. A cell that is a
 * module itself keeps its exports.
 */
export function withoutExports(ts: TypeScript, source: string): string {
  if (!/\bexport\b/.test(source) || moduleOfCell(source) !== null) {
    return source;
  }
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ESNext, false, ts.ScriptKind.TS);
  const edits = file.statements.flatMap(statement => editsOf(ts, file, statement));
  let result = '';
  let last = 0;
  for (const { start, end, text } of edits) {
    result += source.slice(last, start) + text;
    last = end;
  }
  return result + source.slice(last);
}

function editsOf(ts: TypeScript, file: ts.SourceFile, statement: ts.Statement): Edit[] {
  const start = statement.getStart(file);
  if (ts.isExportAssignment(statement)) {
    return asExpression(file, start, statement.expression.getStart(file), statement.expression.end);
  }
  if (ts.isExportDeclaration(statement)) {
    return [exportList(ts, file, statement)];
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  const exporting = modifiers.filter(({ kind }) => EXPORTING(ts).has(kind));
  if (exporting.length === 0) {
    return [];
  }
  const isUnnamed = (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && !statement.name;
  const [first] = exporting;
  const end = exporting.at(-1)?.end ?? start;
  return first && isUnnamed
    ? asExpression(file, first.getStart(file), end, statement.end)
    : exporting.map(modifier => blank(file, modifier.getStart(file), modifier.end));
}

function EXPORTING({ SyntaxKind }: TypeScript): ReadonlySet<ts.SyntaxKind> {
  return new Set([SyntaxKind.ExportKeyword, SyntaxKind.DefaultKeyword]);
}

/** `export default {…}` becomes `;            ({…})`. */
function asExpression(file: ts.SourceFile, start: number, valueStart: number, valueEnd: number): Edit[] {
  const { text } = blank(file, start, valueStart);
  return [
    { start, end: valueStart, text: `;${text.slice(1, -1)}(` },
    { start: valueEnd, end: valueEnd, text: ')' }
  ];
}

function exportList(ts: TypeScript, file: ts.SourceFile, statement: ts.ExportDeclaration): Edit {
  const start = statement.getStart(file);
  const { exportClause } = statement;
  if (statement.moduleSpecifier) {
    // All names of a module cannot be imported by naming none: the check of the cell refuses it.
    return exportClause ? { start, end: start + 'export'.length, text: 'import' } : { start, end: start, text: '' };
  }
  const renamed =
    exportClause && ts.isNamedExports(exportClause)
      ? exportClause.elements.flatMap(({ propertyName, name, isTypeOnly }) =>
          propertyName && name.text !== 'default'
            ? [`${isTypeOnly || statement.isTypeOnly ? 'type' : 'const'} ${name.text} = ${propertyName.text};`]
            : []
        )
      : [];
  return blank(file, start, statement.end, `;${renamed.join(' ')}`);
}

/** Spaces for a part of the source, whose lines stay lines. */
function blank(file: ts.SourceFile, start: number, end: number, instead: string = ''): Edit {
  const spaces = file.text.slice(start, end).replace(/[^\r\n]/g, ' ');
  const covered = spaces.slice(0, instead.length).replace(/[^\n]/g, '');
  return { start, end, text: instead + covered + spaces.slice(instead.length) };
}
