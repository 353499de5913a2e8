import type { EditingAssistant } from '../editing/assistant.js';
import type { History } from '../cells/history.js';
import type { Channels, ReplyChannel } from './channels.js';
import type { Connection } from './connection.js';
import { kernelInfo } from './kernel-info.js';
import { CodePosition, CommOpen, HistoryRequest, IsCompleteRequest, ShutdownRequest } from './requests.js';
import type { Message } from './wire.js';

/** What the server leaves to the kernel. */
export interface KernelActions {
  execute(channel: ReplyChannel, message: Message): void;
  interrupt(): void;
  /** Called after the reply was sent; ends the process. */
  shutdown(): void;
  /** The request whose cell is running. */
  readonly running: Message | null;
  describe(error: unknown): object;
}

/** Answers the requests of front ends, other than the execution of cells itself. */
export class KernelServer {
  constructor(
    private readonly connection: Connection,
    private readonly channels: Channels,
    private readonly assistant: EditingAssistant,
    private readonly history: History,
    private readonly actions: KernelActions
  ) {}

  /** Handles one request that arrived on `channel`. */
  handle(channel: ReplyChannel, message: Message): void {
    if (message.header.msg_type === 'execute_request') {
      this.actions.execute(channel, message);
      return;
    }
    void this.#serve(channel, message);
  }

  async #serve(channel: ReplyChannel, message: Message): Promise<void> {
    this.channels.publishStatus(message, 'busy');
    try {
      // Most answers are there at once; what waits must not reorder the others.
      const later = this.#answer(channel, message);
      if (later) {
        await later;
      }
    } catch (error) {
      const type = message.header.msg_type.replace(/_request$/, '_reply');
      this.channels.reply(channel, message, type, { status: 'error', ...this.actions.describe(error) });
    } finally {
      this.channels.publishStatus(message, 'idle');
      // A side request must not make the kernel look idle while a cell runs.
      if (this.actions.running) {
        this.channels.publishStatus(this.actions.running, 'busy');
      }
    }
  }

  #answer(channel: ReplyChannel, message: Message): Promise<void> | void {
    const { content } = message;
    const reply = (type: string, answer: object): void => this.channels.reply(channel, message, type, answer);
    switch (message.header.msg_type) {
      case 'kernel_info_request':
        return reply('kernel_info_reply', kernelInfo);
      case 'is_complete_request':
        return reply('is_complete_reply', this.assistant.isComplete(IsCompleteRequest.parse(content).code));
      case 'complete_request':
        return this.assistant.complete(CodePosition.parse(content)).then(answer => reply('complete_reply', answer));
      case 'inspect_request':
        return reply('inspect_reply', this.assistant.inspect(CodePosition.parse(content)));
      case 'history_request': {
        const lines = this.history.find(HistoryRequest.parse(content));
        return reply('history_reply', { status: 'ok', history: lines });
      }
      case 'comm_info_request':
        return reply('comm_info_reply', { status: 'ok', comms: {} });
      case 'comm_open':
        // There are no comm targets here; the protocol asks to refuse by closing.
        return this.channels.publish(message, 'comm_close', { comm_id: CommOpen.parse(content).comm_id, data: {} });
      case 'connect_request':
        return reply('connect_reply', { status: 'ok', ...ports(this.connection) });
      case 'interrupt_request':
        // The side thread has sent SIGINT already.
        return reply('interrupt_reply', { status: 'ok' });
      case 'shutdown_request': {
        const answer = { status: 'ok', restart: ShutdownRequest.parse(content).restart };
        reply('shutdown_reply', answer);
        this.channels.publish(message, 'shutdown_reply', answer);
        setImmediate(() => this.actions.shutdown());
        return;
      }
      default:
        // comm_msg, comm_close and what a later protocol may bring need no answer.
        return;
    }
  }
}

function ports(connection: Connection): object {
  const { shell_port, iopub_port, stdin_port, hb_port, control_port } = connection;
  return { shell_port, iopub_port, stdin_port, hb_port, control_port };
}
