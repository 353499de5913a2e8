/** Reads and writes of names that the code does not declare itself. */
export interface NameUses {
  readonly reads: Set<string>;
  readonly assigns: Set<string>;
  /** Names whose objects it may change: property writes, `++`, and methods such as `push` or `fit`. */
  readonly changes: Set<string>;
}

/** A place in a cell's source where a name of the notebook's scope occurs. Offsets count UTF-16 units. */
export interface NamePlace {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** `{ name }`: to rename it, the property's name must stay. */
  readonly isShorthand: boolean;
  /** It is in a type, which is erased when the code runs. */
  readonly isType: boolean;
}

/** An import statement of a cell. */
export interface ImportPlace {
  readonly start: number;
  readonly end: number;
  readonly module: string;
  /** `import "module"`, which is there for what the module does. */
  readonly isBare: boolean;
}

/** What a cell declares, uses and touches, found without a type check. */
export interface CellNames extends NameUses {
  /** Values that it declares at its top level, imports included. */
  readonly declares: Set<string>;
  readonly types: Set<string>;
  /** Imported name → module and name there; equal texts mean the same export. */
  readonly imported: Map<string, string>;
  /** What the bodies of its functions and classes do: counts when the name that holds them is used. */
  readonly deferred: Map<string, NameUses>;
  readonly filesRead: Set<string>;
  readonly filesWritten: Set<string>;
  /** It has syntax that is more than types (enum, namespace, parameter properties): removing types is not enough. */
  needsTransform: boolean;
  readonly imports: ImportPlace[];
  readonly places: NamePlace[];
}

export function noUses(): NameUses {
  return { reads: new Set(), assigns: new Set(), changes: new Set() };
}

/** An empty cell. */
export function noNames(): CellNames {
  return {
    ...noUses(),
    declares: new Set(),
    types: new Set(),
    imported: new Map(),
    deferred: new Map(),
    filesRead: new Set(),
    filesWritten: new Set(),
    needsTransform: false,
    imports: [],
    places: []
  };
}
