import path from 'node:path';
import type ts from 'typescript';
import type { TypeScript } from '../../graph/compiler.js';
import { originOf, packageFolder } from './packages.js';

/** A file of our package: what is resolved from here is the very file that the kernel's own modules import. */
const OWN_FILE = path.join(packageFolder, 'dist', 'index.d.ts');

/** What a notebook's cells are compiled with. */
export function compilerOptions(
  ts: TypeScript,
  directory: string,
  nodeTypes: string,
  environment: NodeJS.ProcessEnv = process.env
): ts.CompilerOptions {
  return {
    module: ts.ModuleKind.ESNext,
    // Node understands all of it; what is newer (`using`, decorators) is written out.
    target: ts.ScriptTarget.ES2022,
    lib: libraries(),
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    esModuleInterop: true,
    // Modules in JavaScript have types as far as they can be seen, and are not held to them.
    allowJs: true,
    jsx: ts.JsxEmit.React,
    // Notebook code is exploratory, so checks that hinder trying are off.
    strict: isOn(environment['SLIPWAY_STRICT']),
    experimentalDecorators: isOn(environment['SLIPWAY_EXPERIMENTAL_DECORATORS']),
    declaration: true,
    inlineSourceMap: true,
    newLine: ts.NewLineKind.LineFeed,
    skipLibCheck: true,
    // Only Node's types are global. Everything else that happens to be in `@types` would cost a second at each start.
    types: ['node'],
    typeRoots: [path.dirname(nodeTypes)],
    // Not written to: keeps the compiler from taking its output for its input.
    rootDir: directory,
    outDir: path.join(directory, '__output__')
  };
}

/** The part of the standard library that this Node has. */
function libraries(version: string = process.versions.node): string[] {
  const names =
    Number.parseInt(version, 10) >= 24
      ? ['esnext']
      : ['es2024', 'esnext.array', 'esnext.collection', 'esnext.iterator', 'esnext.disposable'];
  return names.map(name => `lib.${name}.d.ts`);
}

function isOn(setting: string | undefined): boolean {
  return /^(1|true|on|yes)$/i.test(setting ?? '');
}

/**
 * Finds the types of `slipway`, `@tensorflow/*` and Node from any notebook folder, and packages with an `exports` map as
 * Node finds them.
 */
export class Resolution {
  readonly #found = new Map<string, ts.ResolvedModuleWithFailedLookupLocations>();

  constructor(
    private readonly ts: TypeScript,
    private readonly host: ts.ModuleResolutionHost,
    private readonly options: ts.CompilerOptions
  ) {}

  resolve(name: string, containingFile: string): ts.ResolvedModuleWithFailedLookupLocations {
    const key = `${path.dirname(containingFile)}\n${name}`;
    const known = this.#found.get(key);
    if (known) {
      return known;
    }
    const resolved = this.#resolve(name, containingFile);
    // A failure is not kept: the package may be installed before the next cell.
    if (resolved.resolvedModule && !isRelative(name)) {
      this.#found.set(key, resolved);
    }
    return resolved;
  }

  resolveTypes(
    reference: ts.FileReference | string,
    containingFile: string,
    file: ts.SourceFile | undefined
  ): ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations {
    const { ts, options, host } = this;
    const name = typeof reference === 'string' ? reference : reference.fileName;
    const from = name === 'node' ? OWN_FILE : containingFile;
    const mode = typeof reference === 'string' ? undefined : (reference.resolutionMode ?? file?.impliedNodeFormat);
    return ts.resolveTypeReferenceDirective(name, from, options, host, undefined, undefined, mode);
  }

  #resolve(name: string, containingFile: string): ts.ResolvedModuleWithFailedLookupLocations {
    const from = (file: string): ts.ResolvedModuleWithFailedLookupLocations =>
      this.ts.resolveModuleName(name, file, this.options, this.host);
    const origin = isRelative(name) ? 'notebook' : originOf(name);
    if (origin === 'kernel') {
      return from(OWN_FILE);
    }
    const near = from(containingFile);
    return near.resolvedModule || origin === 'notebook' ? near : from(OWN_FILE);
  }
}

/** True for the path of a file, false for the name of a package. */
export function isRelative(name: string): boolean {
  return /^(\.|\/|[A-Za-z]:[\\/])/.test(name);
}
