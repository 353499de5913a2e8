import ts from 'typescript';
import { expect, it } from 'vitest';
import { Declarations } from './declarations.js';

/** Declarations after cells whose declaration files are `files`. */
function after(...files: string[]): Declarations {
  const declarations = new Declarations(ts);
  for (const file of files) {
    declarations.replace({ text: '', members: new Set() }, file);
  }
  return declarations;
}

it('a cell sees what it names, what that refers to, and all imports', () => {
  const declarations = after(
    'import * as tf from "tf";',
    'interface Row { a: number }\ndeclare const rows: Row[];',
    'declare const other: string;'
  );
  expect(declarations.reachableFrom('rows.length').text).toBe(
    'import * as tf from "tf";\ninterface Row { a: number }\ndeclare const rows: Row[];'
  );
});

it('what a cell declares again replaces what it could reach', () => {
  const declarations = after('declare const a: number;\ndeclare const b: number;');
  const given = declarations.reachableFrom('const a = "text"');
  expect(given.text).toBe('declare const a: number;');
  declarations.replace(given, 'declare const a: string;\nexport {};');
  expect(declarations.reachableFrom('a; b').text).toBe('declare const b: number;\ndeclare const a: string;');
  expect([...declarations.names].sort()).toEqual(['a', 'b']);
});

it('every kind of declaration is known by its name', () => {
  const declarations = after(
    [
      'import one, { two as three } from "m";',
      'declare function f(): void;',
      'declare class C {}',
      'type T = string;',
      'declare enum E { A }',
      'declare let x: number, y: number;'
    ].join('\n')
  );
  expect([...declarations.names].sort()).toEqual(['C', 'E', 'T', 'f', 'one', 'three', 'x', 'y']);
});
