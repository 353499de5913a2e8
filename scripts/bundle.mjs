import { rmSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';

/** Loaded only when they are used, or native. */
const LEFT_OUT = [/^onnxruntime-node/, /^pg($|-)/, /^sharp$/, /^@aws-sdk\//];

/**
 * Joins a compiled workspace and the packages that every start needs into a few files: reading 600 modules one by one takes
 * most of the time of a start. Chunks are as deep below the workspace as compiled files, so that `import.meta.url`
 * finds the same neighbors from both.
 *
 * @param entries name of each bundled file, and the compiled file that it starts from.
 * @throws Error when a module is missing: the workspaces are compiled before.
 */
async function bundle(workspace, entries) {
  const folder = path.join(workspace, 'lib');
  const input = Object.fromEntries(
    Object.entries(entries).map(([name, file]) => [name, path.resolve(workspace, 'dist', file)])
  );
  const built = await rolldown({ input, platform: 'node', external: LEFT_OUT });
  rmSync(folder, { recursive: true, force: true });
  await built.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js'
  });
  await built.close();
}

const server = path.resolve(import.meta.dirname, '..', 'server');
const worker = path.resolve(server, '..', 'packages', 'onnx', 'dist', 'execution', 'worker.js');
// A graph's thread is started from the file beside the one that asks for it.
await bundle(server, { 'cli/main': 'operate/cli/main.js', 'chunks/worker': worker });
await bundle(path.join(server, 'serving'), { main: 'main.js', worker });
