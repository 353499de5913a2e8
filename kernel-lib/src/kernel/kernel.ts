import { runLine } from '../magics/line.js';
import { Cell } from './cells/cell.js';
import { ChildProcesses } from './cells/child-processes.js';
import { History } from './cells/history.js';
import { UserInput, type InputChannel } from './cells/input.js';
import { Interrupts } from './cells/interrupts.js';
import { CellExecutor } from './cells/executor.js';
import { givenModules } from './cells/given-modules.js';
import { CellOutput } from './cells/output.js';
import { Packages } from './cells/packages.js';
import { ProcessExits } from './cells/process-exit.js';
import { provideQuestions } from './cells/questions.js';
import { ExecutionQueue } from './cells/queue.js';
import { CellRouting } from './cells/routing.js';
import { CellRunner, type Outcome } from './cells/runner.js';
import { Tracebacks } from './cells/traceback.js';
import { CellCompiler } from './compiler/cell-compiler.js';
import { EditingAssistant } from './editing/assistant.js';
import { knownNames } from './editing/known-names.js';
import { oneLine } from './one-line.js';
import { FilesOfCell } from './files/files-of-cell.js';
import type { Channels, ReplyChannel } from './protocol/channels.js';
import type { Connection } from './protocol/connection.js';
import { ExecuteMetadata, ExecuteRequest } from './protocol/requests.js';
import { KernelServer } from './protocol/server.js';
import type { Message } from './protocol/wire.js';
import type { CellLog } from './session/cell-log.js';
import { ExecutedCells } from './session/executed-cells.js';
import type { OutputLog } from './session/output-log.js';
import type { InterruptFlags } from './side/flags.js';

/** Parts and settings of the kernel. */
export interface KernelParts {
  readonly connection: Connection;
  readonly channels: Channels;
  readonly flags: InterruptFlags;
  readonly input: InputChannel;
  /** Folder of the notebook: relative files and packages are looked for here. */
  readonly directory: string;
  readonly log: CellLog;
  readonly outputs: OutputLog;
  /** Ends the process. */
  exit(exitCode: number): void;
}

/** The kernel: executes cells in order, records each of them, and answers front ends in between. */
export class Kernel {
  readonly routing = new CellRouting();
  readonly interrupts: Interrupts;
  readonly server: KernelServer;
  readonly executed: ExecutedCells;
  readonly #parts: KernelParts;
  readonly #compiler: CellCompiler;
  readonly #runner: CellRunner;
  readonly #queue = new ExecutionQueue();
  readonly #history = new History();
  readonly #tracebacks = new Tracebacks(this.routing.stacks);
  readonly #input: UserInput;
  readonly #exits: ProcessExits;
  #running: Message | null = null;
  #serial = 0;
  #executionCount = 0;

  constructor(parts: KernelParts) {
    this.#parts = parts;
    this.interrupts = new Interrupts(parts.flags);
    this.#exits = new ProcessExits(this.routing, parts.exit);
    this.#input = new UserInput(parts.input);
    this.#compiler = new CellCompiler(parts.directory, parts.flags);
    this.executed = new ExecutedCells(() => this.#compiler.ts);
    const packages = new Packages(parts.directory, parts.flags, givenModules(this.routing, this.#input));
    const executor = new CellExecutor(parts.directory, packages, script => this.routing.stacks.add(script));
    this.#runner = new CellRunner(executor, this.#compiler, this.routing, this.interrupts, this.#tracebacks);
    this.server = new KernelServer(
      parts.connection,
      parts.channels,
      new EditingAssistant(this.#compiler, knownNames(parts.directory)),
      this.#history,
      this.#actions()
    );
    this.#provideCellGlobals();
  }

  /** Takes over the process's output and uncaught errors. */
  takeOver(): void {
    this.routing.stacks.takeOver();
    this.#exits.takeOver();
    new ChildProcesses(this.routing).takeOver();
    this.routing.captureStreams();
    this.routing.captureUncaught(error => this.#tracebacks.describe(error).traceback.join('\n'));
  }

  /** Gets the compiler ready before the first cell needs it. */
  warmUp(): void {
    void this.#compiler.prepare();
  }

  #actions(): ConstructorParameters<typeof KernelServer>[4] {
    const running = (): Message | null => this.#running;
    return {
      execute: (channel, message) => this.#enqueue(channel, message),
      interrupt: () => this.interrupts.interrupt(),
      shutdown: () => this.#parts.exit(0),
      describe: error => this.#tracebacks.describe(error),
      get running() {
        return running();
      }
    };
  }

  #enqueue(channel: ReplyChannel, message: Message): void {
    const request = ExecuteRequest.safeParse(message.content);
    if (!request.success) {
      this.#parts.channels.reply(channel, message, 'execute_reply', {
        status: 'error',
        execution_count: this.#executionCount,
        ...this.#tracebacks.describe(request.error)
      });
      return;
    }
    this.#queue.add({
      arrivedAt: Date.now(),
      sentAt: Date.parse(message.header.date),
      run: () => this.#run(channel, message, request.data),
      abort: () => this.#abort(channel, message, request.data)
    });
  }

  /** Answers a request whose turn came after a cell failed. */
  #abort(channel: ReplyChannel, message: Message, request: ExecuteRequest): void {
    const { channels, log } = this.#parts;
    channels.publishStatus(message, 'busy');
    if (!request.silent) {
      const cell = this.#makeCell(message, request);
      log.aborted(cell);
      this.executed.add(cell, 'aborted', null);
    }
    channels.reply(channel, message, 'execute_reply', { status: 'aborted', execution_count: this.#executionCount });
    channels.publishStatus(message, 'idle');
  }

  async #run(channel: ReplyChannel, message: Message, request: ExecuteRequest): Promise<void> {
    const { channels } = this.#parts;
    this.#running = message;
    channels.publishStatus(message, 'busy');
    if (!request.silent && request.store_history) {
      this.#executionCount++;
    }
    const executionCount = this.#executionCount;
    let reply: object;
    try {
      reply = await this.#execute(this.#makeCell(message, request));
    } catch (error) {
      // An internal error; the cell's own errors are outcomes.
      reply = { status: 'error', ...this.#tracebacks.describe(error) };
      console.error(`Slipway: the kernel failed to run a cell (${oneLine(error)}).`);
    }
    channels.reply(channel, message, 'execute_reply', { execution_count: executionCount, ...reply });
    this.#running = null;
    channels.publishStatus(message, 'idle');
    this.#exits.answered();
  }

  async #execute(cell: Cell): Promise<object> {
    const { log, outputs } = this.#parts;
    const { request } = cell;
    if (!cell.isSilent) {
      const input = { code: cell.source, execution_count: cell.executionCount };
      this.#parts.channels.publish(cell.message, 'execute_input', input);
      await log.started(cell);
    }
    const start = performance.now();
    const outcome = await this.#runner.run(cell);
    const duration = performance.now() - start;
    if (!cell.isSilent) {
      const files = await cell.files.describe();
      log.finished(cell, outcome, { ...this.executed.add(cell, outcome.status, duration), files });
    }
    if (outcome.error) {
      cell.output.error(outcome.error);
    }
    outputs.ended(cell.executionId);
    if (!cell.isSilent && request.store_history) {
      this.#history.add(cell.executionCount, cell.source, outcome.resultText);
    }
    if (outcome.error && request.stop_on_error) {
      this.#queue.abortWaiting();
    }
    return this.#replyFor(cell, outcome);
  }

  #replyFor(cell: Cell, outcome: Outcome): object {
    if (outcome.error) {
      return { status: 'error', ...outcome.error };
    }
    const payload = cell.pages.map(text => ({ source: 'page', data: { 'text/plain': text }, start: 0 }));
    const expressions = this.#runner.evaluate(cell.request.user_expressions ?? {}, cell);
    return { status: 'ok', payload, user_expressions: expressions };
  }

  #makeCell(message: Message, request: ExecuteRequest): Cell {
    const { channels, log, outputs, directory } = this.#parts;
    const order = request.silent ? 0 : log.nextOrder();
    const executionId = log.executionId(order);
    const listener = outputs.listenerOf(executionId);
    const output = new CellOutput(channels, message, request.silent, this.routing.startTimer, listener);
    const metadata = ExecuteMetadata.safeParse(message.metadata);
    return new Cell(
      ++this.#serial,
      order,
      executionId,
      this.#executionCount,
      (metadata.success && metadata.data.cellId) || null,
      message,
      request,
      output,
      new FilesOfCell(directory)
    );
  }

  /** What rewritten magic lines and the library's few direct calls find in the global scope. */
  #provideCellGlobals(): void {
    const { routing } = this;
    const slipway = Object.freeze({
      line: runLine,
      display: (data: Record<string, unknown>, displayId?: string) =>
        routing.nearest?.output.display(data, { displayId }),
      clearOutput: (wait = false) => routing.nearest?.output.clear(wait),
      page: (text: string) => void routing.nearest?.pages.push(text),
      input: (prompt = '', password = false) =>
        routing.nearest ? this.#input.ask(routing.nearest, prompt, password) : Promise.resolve('')
    });
    provideQuestions(routing, this.#input);
    Object.defineProperty(globalThis, '__slipway__', { value: slipway, enumerable: false });
  }
}
