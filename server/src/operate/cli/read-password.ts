import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Password } from '@slipway/contract';
import { UsageError } from './options.js';

/**
 * A password from the terminal, without showing it, or the first line of standard input. It is never an argument: those
 * show in the list of processes and in the history of the shell.
 *
 * @throws UsageError when it is too short, or was not typed the same twice.
 */
export async function readPassword(name: string): Promise<string> {
  const typed = process.stdin.isTTY === true;
  const password = typed ? await ask(`Password of ${name}: `) : await firstLine();
  const checked = Password.safeParse(password);
  if (!checked.success) {
    throw new UsageError(`The password ${checked.error.issues[0]?.message ?? 'is not allowed'}.`);
  }
  if (typed && (await ask('The same again: ')) !== password) {
    throw new UsageError('The two passwords differ.');
  }
  return password;
}

async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('SIGINT', () => reject(new UsageError('Nothing was changed.')));
    });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) {
    return line;
  }
  return '';
}
