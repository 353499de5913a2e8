import path from 'node:path';
import type ts from '@tslab/typescript-for-tslab';
import type { CompilerAdjustments, TypeScript } from './fork.js';
import { originOf, packageFolder } from './packages.js';

type Host = ts.WatchCompilerHostOfFilesAndCompilerOptions<ts.BuilderProgram>;
type Resolved = ts.ResolvedModuleWithFailedLookupLocations;

/** A file of our package: what is resolved from here is the very file that the kernel's own modules import. */
const OWN_FILE = path.join(packageFolder, 'dist', 'index.d.ts');

/**
 * Makes the types of `slipway`, `@tensorflow/*` and Node resolve from any notebook folder, lets packages with an
 * `exports` map resolve as Node resolves them, and sets how strict the checks are.
 *
 * @param nodeTypes folder of `@types/node`.
 */
export function resolutionAdjustments(ts: TypeScript, nodeTypes: string): CompilerAdjustments {
  return {
    adjustOptions: options => ({
      ...options,
      inlineSourceMap: true,
      strict: isStrict(),
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      // Only Node's types are global. Everything else that lies around in `@types` would cost a second at each start.
      types: ['node'],
      typeRoots: [path.dirname(nodeTypes)]
    }),
    adjustHost: host => adjustHost(ts, host)
  };
}

/** In a notebook most people want to try things first; who wants all checks sets `SLIPWAY_STRICT=1`. */
function isStrict(environment: NodeJS.ProcessEnv = process.env): boolean {
  return /^(1|true|on|yes)$/i.test(environment['SLIPWAY_STRICT'] ?? '');
}

function adjustHost(ts: TypeScript, host: Host): void {
  const found = new Map<string, Resolved>();
  const resolve = (name: string, containingFile: string, options: ts.CompilerOptions): Resolved => {
    const origin = isRelative(name) ? 'notebook' : originOf(name);
    const from = (file: string): Resolved => ts.resolveModuleName(name, file, options, host);
    if (origin === 'kernel') return from(OWN_FILE);
    const near = from(containingFile);
    return near.resolvedModule || origin === 'notebook' ? near : from(OWN_FILE);
  };
  host.resolveModuleNameLiterals = (literals, containingFile, _redirected, options) =>
    literals.map(({ text }) => {
      const key = `${path.dirname(containingFile)}\n${text}`;
      const known = found.get(key);
      if (known) return known;
      const resolved = resolve(text, containingFile, options);
      // A failure is not kept: the package may be installed before the next cell.
      if (resolved.resolvedModule) found.set(key, resolved);
      return resolved;
    });
  host.resolveTypeReferenceDirectiveReferences = (references, containingFile, _redirected, options, file) =>
    references.map(reference => {
      const name = typeof reference === 'string' ? reference : reference.fileName;
      const from = name === 'node' ? OWN_FILE : containingFile;
      const mode = typeof reference === 'string' ? undefined : (reference.resolutionMode ?? file?.impliedNodeFormat);
      return ts.resolveTypeReferenceDirective(name, from, options, host, undefined, undefined, mode);
    });
  // Without this the compiler resolves every import of every library again at each cell.
  host.hasInvalidatedResolutions = () => false;
}

function isRelative(name: string): boolean {
  return /^(\.|\/|[A-Za-z]:[\\/])/.test(name);
}

/**
 * Keeps the compiler from watching libraries: hundreds of watched files, none of which changes under a running
 * notebook. The notebook's own modules stay watched.
 */
export function watchOnlyOwnFiles(ts: TypeScript): void {
  const { watchFile } = ts.sys;
  const none: ts.FileWatcher = { close: () => undefined };
  const ours = packageFolder.replaceAll('\\', '/');
  const isLibrary = (file: string): boolean => file.includes('/node_modules/') || file.startsWith(ours);
  ts.sys.watchFile = (file, ...rest) => (watchFile && !isLibrary(file) ? watchFile(file, ...rest) : none);
  ts.sys.watchDirectory = () => none;
}
