import { rmSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';

/** What starts by itself: the command, a service, and the thread in which its graph runs. */
const ENTRIES = ['cli/main', 'serving/main', 'serving/onnx-worker'];
/** Loaded only when they are used, or native. */
const LEFT_OUT = [/^onnxruntime-node/, /^pg($|-)/, /^sharp$/, /^@aws-sdk\//];

/**
 * Joins the compiled server and the packages that every start needs into a few files: reading 600 modules one by one is most
 * of the time that a server takes to start. Each file lies as deep below `server` as the compiled one, so that
 * what it names beside itself is found from both.
 *
 * @throws Error when a module is missing: the workspaces are compiled before.
 */
async function bundleServer(root) {
  const compiled = path.join(root, 'server', 'dist');
  const folder = path.join(root, 'server', 'lib');
  const bundle = await rolldown({
    input: Object.fromEntries(ENTRIES.map(name => [name, path.join(compiled, `${name}.js`)])),
    platform: 'node',
    external: LEFT_OUT
  });
  rmSync(folder, { recursive: true, force: true });
  await bundle.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js'
  });
  await bundle.close();
}

await bundleServer(path.resolve(import.meta.dirname, '..'));
