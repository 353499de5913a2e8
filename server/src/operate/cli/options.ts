import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { messageOf } from '@slipway/wording';

/** What the user typed is wrong: the message says what, and the command ends with code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/**
 * Options by name.
 *
 * @param verbatim options whose value may begin with a dash, such as `--gunicorn-opts "--log-level debug"`.
 * @throws UsageError for an option or argument that is not known.
 */
export function parseOptions<O extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: O,
  verbatim: readonly (keyof O & string)[] = []
) {
  try {
    return parseArgs({ args: joined(args, verbatim), options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Options by name, and positional arguments. @throws UsageError for an option that is not known. */
export function parsePositionals<O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** @throws UsageError */
export function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new UsageError(`--port takes a number from 0 to 65535, not '${text}'.`);
  }
  return port;
}

/** The data folder: as named, else as the environment says, else `.slipway` here. */
export function dataFolder(named: string | undefined): string {
  return named ?? process.env['SLIPWAY_DATA'] ?? '.slipway';
}

/** `--name value` as `--name=value`, which can begin with anything. */
function joined(args: readonly string[], verbatim: readonly string[]): string[] {
  const all: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    const value = args[index + 1];
    if (value !== undefined && verbatim.some(name => arg === `--${name}`)) {
      all.push(`${arg}=${value}`);
      index += 1;
    } else {
      all.push(arg);
    }
  }
  return all;
}
