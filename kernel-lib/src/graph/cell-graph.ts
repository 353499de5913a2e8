import type { CellNames, NameUses } from './cell-names.js';

/** An execution as the graph takes it. */
export interface GraphExecution {
  readonly id: string;
  /** The cell of the notebook; null when the front end did not say, and then the execution is a cell of its own. */
  readonly cellId: string | null;
  readonly source: string;
  readonly names: CellNames;
  /** False for a cell that was aborted or did not compile: it wrote nothing. */
  readonly hasRun: boolean;
  /** What it read and wrote beside variables, with kinds: `file:x.csv`, `dataset:weather@1`. */
  readonly resourcesRead: readonly string[];
  readonly resourcesWritten: readonly string[];
  /** Executions that it is known to depend on beside those that the graph finds. */
  readonly knownDependencies?: readonly string[];
}

/** What the graph knows of an execution at the time it ran. */
export interface Links {
  /** Executions that wrote what it read, in the order in which they ran. */
  readonly dependsOn: readonly string[];
  /** Sorted, with kinds: `variable:train`, `file:x.csv`. Only what an earlier execution wrote, and files and data. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

interface Node {
  readonly index: number;
  readonly id: string;
  readonly cell: string;
  readonly source: string;
  readonly imported: ReadonlyMap<string, string>;
  readonly deferred: ReadonlyMap<string, NameUses>;
  readonly dependsOn: ReadonlySet<Node>;
  /** Thing → who had written it when this ran. */
  readonly read: ReadonlyMap<string, readonly Node[]>;
  readonly wrote: Set<string>;
}

/**
 * The executions of one session and their dependencies. A variable, file or dataset has its definer and, after it, those
 * that may have changed it; an execution that reads it depends on all of them.
 */
export class CellGraph {
  readonly #nodes: Node[] = [];
  readonly #byId = new Map<string, Node>();
  /** Thing (`variable:x`, `file:x.csv`) → definer and changers, as of now. */
  readonly #writers = new Map<string, readonly Node[]>();
  readonly #latestOfCell = new Map<string, Node>();
  readonly #firstOfCell = new Map<string, Node>();

  /** Adds the execution that ran after all that were added before. */
  add(execution: GraphExecution): Links {
    const { names, id } = execution;
    const reached = this.#reach(names);
    const read = new Map([...reached.reads].map(name => [variable(name), this.#writersOf(variable(name))] as const));
    for (const resource of execution.resourcesRead) {
      read.set(resource, this.#writersOf(resource));
    }
    const dependsOn = new Set([...read.values()].flat());
    for (const known of execution.knownDependencies ?? []) {
      const node = this.#byId.get(known);
      if (node) {
        dependsOn.add(node);
      }
    }
    // An assignment needs the declaration of what it assigns.
    for (const name of names.assigns) {
      for (const node of this.#writersOf(variable(name))) {
        dependsOn.add(node);
      }
    }

    const { imported, deferred } = names;
    const { source } = execution;
    const cell = execution.cellId ?? id;
    const node: Node = {
      ...{ index: this.#nodes.length, id, cell, source, imported, deferred, dependsOn, read },
      wrote: new Set()
    };
    this.#nodes.push(node);
    this.#byId.set(id, node);
    if (execution.hasRun) {
      this.#write(node, execution, reached.changes);
    }
    this.#latestOfCell.set(cell, node);
    if (!this.#firstOfCell.has(cell)) {
      this.#firstOfCell.set(cell, node);
    }
    return {
      dependsOn: inOrder(dependsOn).map(({ id: earlier }) => earlier),
      reads: [...read.keys()].filter(thing => !isVariable(thing) || read.get(thing)?.length !== 0).sort(),
      writes: [...node.wrote].sort()
    };
  }

  /**
   * Executions whose result is not what a run of the whole notebook would give, each with the reason in words. Looked
   * at is the latest execution of each cell: something that it read was written anew by a cell that had run before it,
   * or comes from a version of a cell that is gone, or it depends on such an execution.
   */
  stale(): ReadonlyMap<string, string> {
    const reasons = new Map<string, string>();
    for (const node of inOrder(this.#latestOfCell.values())) {
      const reason = this.#reasonForStale(node, reasons);
      if (reason) {
        reasons.set(node.id, reason);
      }
    }
    return reasons;
  }

  /** `ids` and all executions that they depend on, in the order in which they ran. Unknown ids are left out. */
  withAncestors(ids: Iterable<string>): string[] {
    const open = [...ids].flatMap(id => this.#byId.get(id) ?? []);
    const found = new Set<Node>();
    for (let node = open.pop(); node; node = open.pop()) {
      if (found.has(node)) {
        continue;
      }
      found.add(node);
      open.push(...node.dependsOn);
    }
    return inOrder(found).map(({ id }) => id);
  }

  /** Everything that the code reads or may change now, through the functions that it uses. */
  #reach(names: CellNames): { reads: Set<string>; changes: Set<string> } {
    const reads = new Set<string>();
    const changes = new Set(names.changes);
    const seen = new Set<string>();
    const open = [...names.reads, ...names.changes];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (seen.has(name)) {
        continue;
      }
      seen.add(name);
      const uses = this.#bodyOf(name, names);
      if (!names.declares.has(name) && !names.types.has(name)) {
        reads.add(name);
      }
      if (!uses) {
        continue;
      }
      open.push(...uses.reads, ...uses.changes, ...uses.assigns);
      for (const changed of [...uses.changes, ...uses.assigns]) {
        changes.add(changed);
      }
    }
    return { reads, changes };
  }

  /** What the function or class called `name` does; that of the cell itself goes before that of earlier cells. */
  #bodyOf(name: string, names: CellNames): NameUses | undefined {
    if (names.declares.has(name)) {
      return names.deferred.get(name);
    }
    return this.#writersOf(variable(name))
      .findLast(({ deferred }) => deferred.has(name))
      ?.deferred.get(name);
  }

  #write(node: Node, { names, resourcesWritten }: GraphExecution, changes: ReadonlySet<string>): void {
    for (const name of [...names.declares, ...names.types]) {
      this.#define(variable(name), name, node);
    }
    for (const resource of resourcesWritten) {
      this.#define(resource, '', node);
    }
    for (const name of new Set([...names.assigns, ...changes])) {
      const thing = variable(name);
      const writers = this.#writersOf(thing);
      if (names.declares.has(name) || writers.length === 0) {
        continue;
      }
      // `slip.fit(…)` changes no module.
      if (!names.assigns.has(name) && writers[0]?.imported.has(name)) {
        continue;
      }
      this.#writers.set(thing, [...writers, node]);
      node.wrote.add(thing);
    }
  }

  #define(thing: string, name: string, node: Node): void {
    const [definer] = this.#writersOf(thing);
    const module = node.imported.get(name);
    // The same import again changes nothing for those who read it.
    if (module !== undefined && definer?.imported.get(name) === module) {
      return;
    }
    this.#writers.set(thing, [node]);
    node.wrote.add(thing);
  }

  #reasonForStale(node: Node, reasons: ReadonlyMap<string, string>): string | null {
    for (const [thing, then] of node.read) {
      const now = this.#writersOf(thing);
      const newer = now.find(writer => !then.includes(writer) && this.#isAbove(writer, node));
      if (newer) {
        return `${label(thing)} was written again after it ran`;
      }
      const gone = now.find(writer => writer.cell !== node.cell && this.#isGone(writer, thing));
      if (gone) {
        return `${label(thing)} comes from a version of a cell that is gone`;
      }
    }
    for (const earlier of node.dependsOn) {
      if (earlier.cell !== node.cell && reasons.has(earlier.id)) {
        return 'it depends on a stale cell';
      }
    }
    return null;
  }

  /** True when `writer`, which ran after `node`, is of another cell that had run before `node` too. */
  #isAbove(writer: Node, node: Node): boolean {
    const first = this.#firstOfCell.get(writer.cell);
    return writer.cell !== node.cell && writer.index > node.index && first !== undefined && first.index < node.index;
  }

  /** True when the cell of `writer` was run again with another source that does not write `thing`. */
  #isGone(writer: Node, thing: string): boolean {
    const latest = this.#latestOfCell.get(writer.cell);
    return latest !== undefined && latest !== writer && latest.source !== writer.source && !latest.wrote.has(thing);
  }

  #writersOf(thing: string): readonly Node[] {
    return this.#writers.get(thing) ?? [];
  }
}

const VARIABLE = 'variable:';

function variable(name: string): string {
  return VARIABLE + name;
}

function isVariable(thing: string): boolean {
  return thing.startsWith(VARIABLE);
}

/** A thing in words: a variable by its name, anything else with its kind. */
function label(thing: string): string {
  return isVariable(thing) ? thing.slice(VARIABLE.length) : thing.replace(':', ' ');
}

function inOrder(nodes: Iterable<Node>): Node[] {
  return [...nodes].sort((a, b) => a.index - b.index);
}
