import type { ServerEvent } from '@slipway/contract';
import { Signal } from '@lumino/signaling';
import { UnreachableError, type CallError } from '@slipway/client';
import type { ConnectionState, ILiveConnection } from '../src/live/index.js';

/** A connection whose events and states a test sends itself. */
export class FakeConnection implements ILiveConnection {
  state: ConnectionState = { kind: 'online' };
  readonly stateChanged: Signal<ILiveConnection, ConnectionState> = new Signal<ILiveConnection, ConnectionState>(this);
  readonly event: Signal<ILiveConnection, ServerEvent> = new Signal<ILiveConnection, ServerEvent>(this);
  readonly unreachable: CallError[] = [];
  retries = 0;

  retry(): void {
    this.retries += 1;
  }

  noteUnreachable(error: CallError): void {
    this.unreachable.push(error);
    this.goOffline();
  }

  goOffline(): void {
    const now = Date.now();
    this.state = { kind: 'offline', since: now, retryAt: now + 4_000, error: new UnreachableError('away') };
    this.stateChanged.emit(this.state);
  }

  /** As the real one: back online, everything is to be read again. */
  goOnline(): void {
    this.state = { kind: 'online' };
    this.stateChanged.emit(this.state);
    this.event.emit({ type: 'reset' });
  }
}
