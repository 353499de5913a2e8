import { createRequire } from 'node:module';
import { observedFileModules } from '../files/observed-fs.js';
import type { UserInput } from './input.js';
import { readlineModules } from './notebook-readline.js';
import type { CellRouting } from './routing.js';

type JupyterModule = { lastWriteDisplayData: unknown };

/**
 * Modules that cells get in place of Node's own, by their specifiers: Node's file modules, which tell what the cells do
 * with files; its `readline`, which asks in the notebook; and tslab's, whose displays appear under the cell that calls them.
 */
export function givenModules(routing: CellRouting, input: UserInput): ReadonlyMap<string, () => unknown> {
  const files = observedFileModules((file, use) => routing.own?.files.note(file, use));
  const modules = [...files, ...readlineModules(routing, input)];
  const given = new Map<string, () => unknown>(modules.map(([name, module]) => [name, () => module]));
  let tslab: unknown;
  given.set('tslab', () => (tslab ??= loadTslab(routing)));
  return given;
}

/** `import { display } from 'tslab'` sends through a variable of tslab's module, which holds the last cell's writer. */
function loadTslab(routing: CellRouting): unknown {
  const require = createRequire(import.meta.url);
  const jupyter = require('tslab/dist/jupyter.js') as JupyterModule;
  Object.defineProperty(jupyter, 'lastWriteDisplayData', {
    configurable: true,
    get: () => {
      const cell = routing.nearest;
      return (
        cell &&
        ((content: Parameters<typeof cell.output.raw>[0], update?: boolean) =>
          cell.output.raw(content, update === true))
      );
    },
    set: () => {}
  });
  return require('tslab');
}
