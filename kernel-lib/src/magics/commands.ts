import { EnvironmentName } from '@slipway/contract/scalars';

/** What a position of a `%slip` line takes, as far as completion can know it. */
export type ValueKind =
  | { readonly kind: 'dataset' | 'model' | 'reference' | 'experiment' | 'file' | 'new' | 'number' }
  | { readonly kind: 'one-of'; readonly words: readonly string[]; readonly others: 'allowed' | 'refused' };

/** A place after the sub-command, or the value of an option. */
export interface SlipValue {
  /** As the form of the command shows it, in capitals. */
  readonly name: string;
  readonly value: ValueKind;
}

/** A sub-command of the `%slip` line. */
export interface SlipCommand {
  readonly name: string;
  /** What it does, in a few words. */
  readonly help: string;
  readonly required: readonly SlipValue[];
  /** By name, without the dashes. */
  readonly options: Readonly<Record<string, SlipValue & { readonly help: string }>>;
}

const environments: ValueKind = { kind: 'one-of', words: EnvironmentName.options, others: 'refused' };

/** What `%slip` understands, in the order in which help and completion show it. */
export const slipCommands: readonly SlipCommand[] = [
  {
    name: 'run',
    help: 'start a run that later cells log to; `%slip run end` ends what is open',
    required: [{ name: 'EXPERIMENT', value: { kind: 'experiment' } }],
    options: {}
  },
  {
    name: 'data',
    help: 'register a file as a dataset version and show its profile',
    required: [
      { name: 'NAME', value: { kind: 'dataset' } },
      { name: 'FILE', value: { kind: 'file' } }
    ],
    options: {
      time: { name: 'COLUMN', value: { kind: 'new' }, help: 'the column that orders the rows in time' }
    }
  },
  {
    name: 'model',
    help: 'show a stored model: run:ID, NAME, NAME@VERSION, NAME@ALIAS or NAME@STAGE',
    required: [{ name: 'MODEL', value: { kind: 'reference' } }],
    options: {}
  },
  {
    name: 'promote',
    help: 'bring a model to a service: its newest version to production, if nothing else is said',
    required: [{ name: 'NAME', value: { kind: 'model' } }],
    options: {
      to: { name: 'ENVIRONMENT', value: environments, help: 'where to: dev, staging or production' },
      version: { name: 'N', value: { kind: 'number' }, help: 'a version that is not the newest' }
    }
  },
  {
    name: 'score',
    help: 'take the scoring module of a %%score cell away again',
    required: [{ name: 'off', value: { kind: 'one-of', words: ['off'], others: 'refused' } }],
    options: {}
  },
  { name: 'cells', help: 'the cells of this session, and which of them are stale', required: [], options: {} },
  { name: 'status', help: 'server, services and kernels', required: [], options: {} },
  { name: 'doctor', help: 'check that everything Slipway needs is there', required: [], options: {} },
  { name: 'help', help: 'list these commands', required: [], options: {} }
];

/** Names that may follow `%` at the start of a line, and those that may follow `%%` at the start of a cell. */
export const lineMagics: ReadonlySet<string> = new Set(['slip']);
export const cellMagics: ReadonlySet<string> = new Set(['score']);

/** The form of a command, e.g. `%slip data NAME FILE [--time COLUMN]`. */
export function formOf({ name, required, options }: SlipCommand): string {
  const places = required.map(place => place.name);
  const optional = Object.entries(options).map(([option, value]) => `[--${option} ${value.name}]`);
  return ['%slip', name, ...places, ...optional].join(' ');
}

/** Form, purpose and options of a command, one a line. */
export function describeCommand(command: SlipCommand): string {
  const options = Object.entries(command.options).map(([name, { help }]) => `  --${name}: ${help}`);
  return [`${formOf(command)}: ${command.help}`, ...options].join('\n');
}

/** The shape of `magics/dispatch.js`, which the kernel loads when the first magic line runs. */
export interface Dispatcher {
  /**
   * Runs one magic line.
   *
   * @param line what follows `%slip`, e.g. `run rain`; for a `%%score` cell, `score` and its arguments.
   * @param cellBody for a `%%` cell, the source under its first line.
   */
  dispatch(line: string, cellBody?: string): Promise<void>;
}
