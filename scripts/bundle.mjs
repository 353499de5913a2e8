import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';

/** Files that a module asks for by where it lies: threads, and modules that do not start with the others. */
const NEIGHBOR = /new URL\(\s*["'](\.[^"']+)["'],\s*import\.meta\.url/g;

/** Where a stack passes through the kernel itself is left out of what the user sees, by the folder. */
const isOfKernel = id => /[\\/]dist[\\/]kernel[\\/]/.test(id);

/**
 * Joins a compiled workspace and the packages that every start needs into a few files: reading 600 modules one by one takes
 * most of the time of a start. Chunks are as deep below the workspace as compiled files, so that `import.meta.url`
 * finds the same neighbors from both.
 *
 * @param entries name of each bundled file, and the compiled file that it starts from.
 * @param isLeftOut whether a package stays where it is: native, loaded only when it is used, or shared with the user's code.
 * @throws Error when a module or a neighbor is missing: the workspaces are compiled before.
 */
async function bundle(workspace, entries, isLeftOut) {
  const folder = path.join(workspace, 'lib');
  const input = Object.fromEntries(
    Object.entries(entries).map(([name, file]) => [name, path.resolve(workspace, 'dist', file)])
  );
  const built = await rolldown({ input, platform: 'node', external: isLeftOut });
  rmSync(folder, { recursive: true, force: true });
  await built.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: ({ moduleIds }) => `${moduleIds.some(isOfKernel) ? 'kernel' : 'chunks'}/[name]-[hash].js`
  });
  await built.close();
  for (const file of readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.js'))) {
    const place = path.join(folder, file);
    for (const [, neighbor] of readFileSync(place, 'utf8').matchAll(NEIGHBOR)) {
      if (!existsSync(path.resolve(path.dirname(place), neighbor))) {
        throw new Error(`${place} asks for ${neighbor}, which is not there.`);
      }
    }
  }
}

const root = path.resolve(import.meta.dirname, '..');
const compiled = (...names) => path.join(root, 'packages', ...names);
const worker = compiled('onnx', 'dist', 'execution', 'worker.js');
const isLeftOutOfServers = name => /^(onnxruntime-node|pg($|-)|sharp$|@aws-sdk\/)/.test(name);
const isPackage = name => !/^([./]|[A-Za-z]:[\\/]|@slipway\/|zod($|\/))/.test(name);

// A thread is started from the file beside the one that asks for it.
await bundle(
  path.join(root, 'server'),
  { 'cli/main': 'operate/cli/main.js', 'chunks/worker': worker },
  isLeftOutOfServers
);
await bundle(path.join(root, 'server', 'serving'), { main: 'main.js', worker }, isLeftOutOfServers);
await bundle(
  path.join(root, 'kernel-lib'),
  {
    index: 'index.js',
    lines: 'magics/line.js',
    'kernel/main': 'kernel/main.js',
    'kernel/thread': 'kernel/side/thread.js',
    'chunks/boosting-helper': compiled('learning', 'dist', 'models', 'trees', 'growth', 'boosting-helper.js'),
    'chunks/forest-thread': compiled('learning', 'dist', 'models', 'trees', 'growth', 'forest-thread.js'),
    'chunks/process-main': compiled('learning', 'dist', 'train', 'process', 'process-main.js')
  },
  isPackage
);
