import Module, { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Module's own resolution, which is replaced while tfjs-node's files are loaded. */
interface ModuleInternals {
  _resolveFilename(request: string, ...rest: unknown[]): string;
}

/** Loads files in `folder`, outside of our packages, that are to find the tfjs which is in use here. */
export function withOurTfjs<T>(folder: string, load: () => T): T {
  const internals = Module as unknown as ModuleInternals;
  const original = internals._resolveFilename;
  internals._resolveFilename = function (request, parent, ...rest) {
    const from = (parent as { filename?: string } | undefined)?.filename;
    if (request.startsWith('@tensorflow/tfjs') && from?.startsWith(folder)) {
      return require.resolve(request);
    }
    return original.call(this, request, parent, ...rest);
  };
  try {
    return load();
  } finally {
    internals._resolveFilename = original;
  }
}
