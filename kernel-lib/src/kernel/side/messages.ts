import type { SpoolRecord } from '@slipway/contract';
import type { Frame, Message } from '../protocol/wire.js';
import type { InputSource } from './blocking-input.js';

/** What the side thread is started with. */
export interface SideThreadData {
  readonly connectionFile: string;
  /** `InterruptFlags` over shared memory. */
  readonly flags: SharedArrayBuffer;
  readonly input: InputSource;
}

/** Where the records of this kernel's session are and how they are to be sent. */
export interface SenderSettings {
  readonly sessionId: string;
  readonly directory: string;
  /** Null when no spool could be opened. */
  readonly spoolFile: string | null;
}

export type ToSideThread =
  | { kind: 'send-control'; frames: Frame[] }
  | { kind: 'request-input'; frames: Frame[] }
  | { kind: 'ending'; withinMs: number }
  | { kind: 'close' }
  | { kind: 'start-sender'; settings: SenderSettings }
  | { kind: 'wake' }
  | { kind: 'hold'; record: SpoolRecord }
  | { kind: 'flush'; id: number; timeoutMs: number; untilAway: boolean };

export type FromSideThread =
  | { kind: 'bound' }
  | { kind: 'control'; message: Message }
  | { kind: 'loop-stopped' }
  | { kind: 'end' }
  | { kind: 'closed' }
  | { kind: 'flushed'; id: number; complete: boolean }
  | { kind: 'warning'; message: string };
