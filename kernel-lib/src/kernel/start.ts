import { randomUUID } from 'node:crypto';
import { provideNotebook } from '@slipway/notebook/context';
import { Recorder } from '@slipway/recording/spool';
import { Kernel } from './kernel.js';
import { Channels } from './protocol/channels.js';
import { readConnection } from './protocol/connection.js';
import { CellLog } from './session/cell-log.js';
import { readEnvironment } from './session/environment.js';
import { KernelNotebook } from './session/notebook-context.js';
import { OutputLog } from './session/output-log.js';
import type { SideThread } from './side/side-thread.js';

/** A front end asks for the kernel's info first; the compiler is loaded when it has had its answer. */
const WARM_UP_DELAY_MS = 100;
/** Jupyter kills a kernel that takes longer than five seconds to end. */
const END_MS = 3500;
const LAST_WORK_MS = 1500;
const LAST_FLUSH_MS = 1500;

/**
 * Starts the kernel on the ports of a connection file; resolves when it answers.
 *
 * @throws Error when the connection file cannot be read or a port cannot be bound.
 */
export async function startKernel(connectionFile: string, side: SideThread): Promise<void> {
  const connection = readConnection(connectionFile);
  const directory = process.cwd();
  const sessionId = randomUUID();
  const warn = (message: string): void => void process.stderr.write(`${message}\n`);

  const [channels] = await Promise.all([Channels.bind(connection), side.bound()]);
  const recorder = new Recorder({ sessionId, directory, warn });
  recorder.connect(side.startSender({ sessionId, directory, spoolFile: recorder.spoolFile }));
  const log = new CellLog(recorder, sessionId, directory);
  const outputs = new OutputLog(recorder);

  const leave = once(async (exitCode: number) => {
    await notebook.untilIdle(LAST_WORK_MS);
    await recorder.close(LAST_FLUSH_MS);
    channels.close();
    await side.close();
    process.exit(exitCode);
  });
  // Called again if an interrupt cuts it short.
  const exit = (exitCode: number): void => {
    outputs.close();
    log.end();
    side.ending(END_MS);
    void leave(exitCode);
  };
  const kernel = new Kernel({
    connection,
    channels,
    flags: side.flags,
    input: side.inputChannel((parent, prompt, password) => channels.inputRequest(parent, prompt, password)),
    directory,
    log,
    outputs,
    exit
  });
  const notebook = new KernelNotebook(sessionId, directory, kernel.routing, recorder, kernel.executed);
  provideNotebook(notebook);
  kernel.takeOver();

  process.on('SIGINT', () => kernel.interrupts.interrupt());
  process.on('SIGTERM', () => exit(0));
  side.listen({
    onControl: message => kernel.server.handle(side.control, message),
    onLoopStopped: () => kernel.interrupts.loopStopped(),
    onEnd: () => exit(0),
    onWarning: warn
  });
  void channels.listen(message => kernel.server.handle(channels.shell, message));
  log.begin(() => readEnvironment(directory));
  setTimeout(() => kernel.warmUp(), WARM_UP_DELAY_MS);
}

function once<T>(action: (argument: T) => Promise<void>): (argument: T) => Promise<void> {
  let running: Promise<void> | undefined;
  return argument => (running ??= action(argument));
}
