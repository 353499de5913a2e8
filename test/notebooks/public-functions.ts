import path from 'node:path';
import ts from 'typescript';
import { ROOT } from '../harness/places.js';

/** A function that notebooks call, and the example in its doc comment. */
export interface PublicFunction {
  /** e.g. `fit`, `metrics.accuracy`. */
  readonly name: string;
  readonly example: string | undefined;
}

/** Every function that `import * as slip from 'slipway'` gives, read from the compiled declarations. */
export function publicFunctions(): PublicFunction[] {
  const entry = path.join(ROOT, 'kernel-lib', 'dist', 'index.d.ts');
  const program = ts.createProgram([entry], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    skipLibCheck: true
  });
  const checker = program.getTypeChecker();
  const functions: PublicFunction[] = [];
  const visit = (exported: ts.Symbol, prefix: string): void => {
    const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    if ((symbol.flags & ts.SymbolFlags.ValueModule) !== 0) {
      checker.getExportsOfModule(symbol).forEach(each => visit(each, `${prefix}${exported.name}.`));
    } else if ((symbol.flags & ts.SymbolFlags.Function) !== 0) {
      const tag = symbol.getJsDocTags(checker).find(({ name }) => name === 'example');
      functions.push({ name: prefix + exported.name, example: tag && ts.displayPartsToString(tag.text).trim() });
    }
  };
  const source = program.getSourceFile(entry);
  checker.getExportsOfModule(checker.getSymbolAtLocation(source!)!).forEach(each => visit(each, ''));
  return functions;
}
