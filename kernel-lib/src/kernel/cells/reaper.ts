import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Reads `+pid` and `-pid`, and ends what is left, with all its children, when nothing can be read any more: then the
 * kernel is gone, whatever ended it. Who does not end within two seconds of SIGTERM is killed.
 */
const SCRIPT = `
trap '' HUP INT TERM
pids=' '
while read -r line; do
  pid=\${line#?}
  case $line in
    +*) pids="$pids$pid " ;;
    -*) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac ;;
  esac
done
tree() {
  for one in "$@"; do
    echo "$one"
    below=$(cat /proc/"$one"/task/*/children 2>/dev/null || pgrep -P "$one" 2>/dev/null)
    if [ -n "$below" ]; then tree $below; fi
  done
}
all=$(tree $pids)
[ -n "$all" ] || exit 0
kill -TERM $all 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  kill -0 $all 2>/dev/null || exit 0
  sleep 0.1
done
kill -KILL $all 2>/dev/null
`;

/** Ends the registered processes when this process ends or is killed. */
export class Reaper {
  readonly #pids = new Set<number>();
  #process: ChildProcess | undefined;

  add(pid: number): void {
    this.#pids.add(pid);
    this.#tell(`+${pid}`);
  }

  remove(pid: number): void {
    if (this.#pids.delete(pid)) {
      this.#tell(`-${pid}`);
    }
  }

  #tell(line: string): void {
    this.#process ??= this.#start();
    this.#process?.stdin?.write(`${line}\n`);
  }

  /** A shell, because it must outlive this process and costs next to nothing; on Windows only an orderly end is covered. */
  #start(): ChildProcess | undefined {
    if (process.platform === 'win32') {
      process.once('exit', () => {
        for (const pid of this.#pids) {
          process.kill(pid);
        }
      });
      return undefined;
    }
    const shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    // Where there is no shell, children live on as Node leaves them.
    shell.on('error', () => undefined);
    shell.stdin.on('error', () => undefined);
    shell.unref();
    (shell.stdin as unknown as { unref?(): void }).unref?.();
    return shell;
  }
}
