/** A sub-command of the `%slip` line. */
export interface SlipCommand {
  readonly name: string;
  readonly help: string;
}

/** What `%slip` understands, in the order in which help and completion show it. */
export const slipCommands: readonly SlipCommand[] = [
  { name: 'run', help: '%slip run NAME: start a run that later cells log to, or `%slip run end`' },
  { name: 'data', help: '%slip data NAME FILE: register a file as a dataset version and show its profile' },
  { name: 'promote', help: '%slip promote NAME --to ENVIRONMENT: bring the newest version of a model to a service' },
  { name: 'cells', help: '%slip cells: the cells of this session, and which of them are stale' },
  { name: 'status', help: '%slip status: server, services and the current run' },
  { name: 'doctor', help: '%slip doctor: check that everything Slipway needs is there' },
  { name: 'help', help: '%slip help: list these commands' }
];

/** Names that may follow `%` at the start of a line, and those that may follow `%%` at the start of a cell. */
export const lineMagics: ReadonlySet<string> = new Set(['slip']);
export const cellMagics: ReadonlySet<string> = new Set(['score']);

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
