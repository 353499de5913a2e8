import { constants } from 'node:fs';

/** What a call does with the file that one of its arguments names. */
export type FileUse = 'read' | 'written';

/** By function of `node:fs`, without `Sync`: what it does with its first arguments, where these are paths. */
const USES: Readonly<Record<string, readonly FileUse[]>> = {
  readFile: ['read'],
  readdir: ['read'],
  opendir: ['read'],
  createReadStream: ['read'],
  openAsBlob: ['read'],
  writeFile: ['written'],
  appendFile: ['written'],
  createWriteStream: ['written'],
  truncate: ['written'],
  unlink: ['written'],
  rm: ['written'],
  copyFile: ['read', 'written'],
  cp: ['read', 'written'],
  rename: ['written', 'written']
};

/** True for the functions of `node:fs` that name files which they read or write. */
export function namesFiles(functionName: string): boolean {
  const name = withoutSync(functionName);
  return name === 'open' || Object.hasOwn(USES, name);
}

/** The paths in a call of such a function, with what it does with each; file descriptors and handles name nothing. */
export function filesOfCall(functionName: string, args: readonly unknown[]): { path: string; use: FileUse }[] {
  const name = withoutSync(functionName);
  const uses = name === 'open' ? usesOfFlags(args[1]) : (USES[name] ?? []);
  // `open` has one path, and may use it in both ways.
  const places = name === 'open' ? uses.map(() => args[0]) : args;
  return uses.flatMap((use, i) => {
    const path = asPath(places[i]);
    return path === null ? [] : [{ path, use }];
  });
}

function withoutSync(name: string): string {
  return name.endsWith('Sync') ? name.slice(0, -'Sync'.length) : name;
}

function usesOfFlags(flags: unknown): FileUse[] {
  if (typeof flags === 'number') {
    const mode = flags & (constants.O_RDONLY | constants.O_WRONLY | constants.O_RDWR);
    return mode === constants.O_RDONLY ? ['read'] : mode === constants.O_WRONLY ? ['written'] : ['read', 'written'];
  }
  const text = typeof flags === 'string' ? flags : 'r';
  if (text.includes('+')) {
    return ['read', 'written'];
  }
  return /[wa]/.test(text) ? ['written'] : ['read'];
}

function asPath(argument: unknown): string | null {
  if (typeof argument === 'string') {
    return argument;
  }
  if (argument instanceof URL) {
    return argument.protocol === 'file:' ? decodeURIComponent(argument.pathname) : null;
  }
  return Buffer.isBuffer(argument) ? argument.toString() : null;
}
