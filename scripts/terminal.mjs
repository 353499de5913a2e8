import { spawn } from 'node:child_process';

const TAIL_LINES = 15;

/** A set-up step that failed: what, why, and what to do. Printed without a stack. */
export class SetUpError extends Error {
  constructor(message, remedy) {
    super(message);
    this.remedy = remedy;
  }
}

/** A step that takes longer than this says that it has begun. */
const SAY_AFTER_MS = 400;

/** Runs `work` and says how long it took, or that there was nothing to do (`work` returns false). */
export async function step(name, work) {
  const started = Date.now();
  const label = name.padEnd(20);
  const timer = setTimeout(() => console.log(`  … ${name}`), SAY_AFTER_MS);
  const done = await work().finally(() => clearTimeout(timer));
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(done === false ? `  ✓ ${label} up to date` : `  ✓ ${label} ${seconds} s`);
}

/**
 * Runs a program quietly.
 *
 * @throws SetUpError with the end of what it printed.
 */
export function run(command, args, { remedy, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let printed = '';
    const keep = chunk => (printed = (printed + chunk).slice(-20_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', error => reject(new SetUpError(`${command} cannot be started: ${error.message}`, remedy)));
    child.once('close', code => {
      if (code === 0) {
        return resolve(printed);
      }
      const tail = printed.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
      reject(new SetUpError(`${command} ${args.join(' ')} ended with code ${code}:\n${tail}`, remedy));
    });
  });
}

/** Prints a failed set-up and gives the exit code. */
export function explain(error) {
  if (!(error instanceof SetUpError)) {
    throw error;
  }
  console.error(`\n${error.message}`);
  if (error.remedy) {
    console.error(`\n${error.remedy}`);
  }
  return 1;
}
