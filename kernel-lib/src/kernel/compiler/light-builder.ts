import type ts from '@tslab/typescript-for-tslab';
import type { TypeScript } from './fork.js';

/** What the compiler has and does not declare. */
interface Internal {
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
}
interface ResolvedModules {
  forEach(visit: (resolution: ts.ResolvedModuleWithFailedLookupLocations) => void): void;
}

/**
 * Makes programs for tslab's watch without what a builder usually keeps: which of all library files refers to which.
 * tslab only asks on which of its own modules a cell depends, and building that map anew takes longer than checking a
 * cell does.
 */
export function lightBuilder(typescript: TypeScript): ts.CreateProgram<ts.BuilderProgram> {
  const { bindSourceFile } = typescript as unknown as Internal;
  return (rootNames, options, ...rest) => {
    const builder = typescript.createAbstractBuilder(rootNames, options, ...rest);
    const program = builder.getProgram();
    // tslab reads the names that a cell declares before anything is checked.
    for (const name of rootNames ?? []) {
      const file = program.getSourceFile(name);
      if (file) bindSourceFile(file, program.getCompilerOptions());
    }
    builder.getAllDependencies = file => dependenciesOf(program, file);
    return builder;
  };
}

/** Names of `file` and of the notebook's own modules that it imports, directly or through one another. */
function dependenciesOf(program: ts.Program, file: ts.SourceFile): string[] {
  const found = new Set<ts.SourceFile>();
  const open = [file];
  for (let next = open.pop(); next; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    const { resolvedModules } = next as ts.SourceFile & { resolvedModules?: ResolvedModules };
    resolvedModules?.forEach(({ resolvedModule }) => {
      const imported = resolvedModule && program.getSourceFile(resolvedModule.resolvedFileName);
      if (imported && !imported.isDeclarationFile) open.push(imported);
    });
  }
  return [...found].map(({ fileName }) => fileName);
}
