import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from '@slipway/contract';
import { BoundedText } from '@slipway/recording';
import { maskSecrets } from '@slipway/recording/spool';

const run = promisify(execFile);
const TIMEOUT_MS = 5000;
/** Of a longer difference the begin and the end are recorded, each up to this many characters. */
const DIFF_END_CHARACTERS = 128_000;
/** Notebooks are left out: their cells are recorded when they run, and their outputs would fill the limit. */
const DIFF = ['diff', 'HEAD', '--no-color', '--no-ext-diff', '--', ':(top)', ':(top,exclude)*.ipynb'];

type GitState = NonNullable<Environment['git']>;

/**
 * Commit, branch, and what differs from the commit in files that git knows. Null outside a repository and where git is
 * not installed.
 */
export async function readGit(directory: string): Promise<GitState | null> {
  const options = {
    cwd: directory,
    timeout: TIMEOUT_MS,
    windowsHide: true,
    // Read-only and without a lock, so that it never blocks the user's git.
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' }
  };
  const git = async (...args: string[]): Promise<string> => (await run('git', args, options)).stdout.trim();
  try {
    const [commit, branch, changes] = await Promise.all([
      git('rev-parse', 'HEAD'),
      git('rev-parse', '--abbrev-ref', 'HEAD'),
      git('status', '--porcelain', '--untracked-files=no')
    ]);
    const state = { commit, branch, dirty: changes !== '' };
    return state.dirty ? { ...state, ...(await readDiff(options)) } : state;
  } catch {
    return null;
  }
}

/** The difference to the commit without secrets; nothing when git fails or takes too long. */
function readDiff(options: {
  cwd: string;
  timeout: number;
  env: NodeJS.ProcessEnv;
}): Promise<Pick<GitState, 'diff' | 'diff_left_out'>> {
  return new Promise(resolve => {
    const text = new BoundedText(DIFF_END_CHARACTERS);
    const child = spawn('git', DIFF, { ...options, windowsHide: true, stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.setEncoding('utf8').on('data', (part: string) => text.append(part));
    child.once('error', () => resolve({}));
    child.once('close', code => {
      if (code !== 0 || text.length === 0) {
        resolve({});
      } else {
        resolve({ diff: text.text(maskSecrets), diff_left_out: text.length - text.keptLength });
      }
    });
  });
}
