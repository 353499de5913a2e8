import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Reply, Router } from 'zeromq';
import { oneLine } from '../one-line.js';
import { addressOf, readConnection } from '../protocol/connection.js';
import { Outbox, SENDS_AT_ONCE } from '../protocol/outbox.js';
import { decode, type Message } from '../protocol/wire.js';
import { InputFeed } from './blocking-input.js';
import { InterruptFlags } from './flags.js';
import type { FromSideThread, SideThreadData, ToSideThread } from './messages.js';
import { killUnlessEnded, repeatUntilEnding } from './end-process.js';
import { endWithParent } from './parent.js';
import { interruptMainThread } from './stop-loop.js';

/*
 * Entry of the side thread. It owns what must go on while a cell keeps the main thread busy: the control socket (so
 * that an interrupt arrives), the heartbeat, the user's answers, and the sending of records.
 */
enableCompileCache();
if (!parentPort) {
  throw new Error('The side thread is started by the kernel only.');
}
const port = parentPort;
const { connectionFile, flags: memory, input } = workerData as SideThreadData;
const connection = readConnection(connectionFile);
const flags = new InterruptFlags(memory);

const zmq = await import('zeromq');
const control = new zmq.Router(SENDS_AT_ONCE);
const heartbeat = new zmq.Reply();
const stdin = new zmq.Router(SENDS_AT_ONCE);
await Promise.all([
  control.bind(addressOf(connection, connection.control_port)),
  heartbeat.bind(addressOf(connection, connection.hb_port)),
  stdin.bind(addressOf(connection, connection.stdin_port))
]);
post({ kind: 'bound' });

let isShutDown = false;
let endingWithinMs: number | null = null;
const ENDS_CELLS: ReadonlySet<string> = new Set(['interrupt_request', 'shutdown_request']);
const replies = new Outbox(control);
const questions = new Outbox(stdin);
const answers = new InputFeed(input);
// Loaded when the kernel answers already: it brings the whole contract with it.
const sending = import('./session-sending.js').then(({ SessionSending }) => new SessionSending(post));
port.on('message', (message: ToSideThread) => {
  switch (message.kind) {
    case 'send-control':
      return replies.send(message.frames);
    case 'request-input':
      return questions.send(message.frames);
    case 'ending':
      endingWithinMs = message.withinMs;
      return killWhenShutDown();
    case 'close':
      return close();
    default:
      return void sending.then(loaded => loaded.handle(message));
  }
});

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  // An error in here must not end the notebook, and interrupts must keep working.
  process.on(event, (error: unknown) => post({ kind: 'warning', message: `Slipway: ${oneLine(error)}` }));
}
endWithParent();
void forwardControl(control);
void echoHeartbeat(heartbeat);
void forwardAnswers(stdin);

async function echoHeartbeat(socket: Reply): Promise<void> {
  for await (const frames of socket) {
    await socket.send(frames);
  }
}

async function forwardControl(socket: Router): Promise<void> {
  for await (const frames of socket) {
    const message = decodeOrDrop(frames);
    if (!message) {
      continue;
    }
    post({ kind: 'control', message });
    // A busy loop must not keep a kernel from ending either.
    if (ENDS_CELLS.has(message.header.msg_type)) {
      const stop = (): void => {
        // A signal that follows the end of a wait would interrupt the next cell.
        if (flags.interruptWait()) {
          answers.wake();
        } else {
          interruptMainThread(flags, () => post({ kind: 'loop-stopped' }));
        }
      };
      stop();
      if (message.header.msg_type === 'shutdown_request') {
        isShutDown = true;
        killWhenShutDown();
        repeatUntilEnding(flags, () => {
          stop();
          post({ kind: 'end' });
        });
      }
    }
  }
}

async function forwardAnswers(socket: Router): Promise<void> {
  for await (const frames of socket) {
    const message = decodeOrDrop(frames);
    if (message) {
      answers.answer(message);
    }
  }
}

/** Code that ends the process itself has an exit code to give, however long that takes; nobody asks for one at a shutdown. */
function killWhenShutDown(): void {
  if (isShutDown && endingWithinMs !== null) {
    killUnlessEnded(endingWithinMs);
  }
}

/** Sockets that are open when their thread ends take the whole process down; the thread ends with the process. */
function close(): void {
  control.close();
  heartbeat.close();
  stdin.close();
  post({ kind: 'closed' });
}

function decodeOrDrop(frames: readonly Uint8Array[]): Message | undefined {
  try {
    return decode(frames, connection.key);
  } catch {
    return undefined;
  }
}

function post(message: FromSideThread): void {
  port.postMessage(message);
}
