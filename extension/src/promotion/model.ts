import type { EnvironmentName, PreflightReport } from '@slipway/contract';
import { Signal, type ISignal } from '@lumino/signaling';
import { asCallError, type CallError, type SlipwayClient } from '@slipway/client';
import type { VisibleModel } from '../components/index.js';

/** State of the preflight of the chosen environment. */
export type PreflightState =
  | { readonly kind: 'running'; readonly since: number }
  | { readonly kind: 'done'; readonly report: PreflightReport }
  | { readonly kind: 'failed'; readonly error: CallError };

/** The version to promote. */
export interface PromotionChoice {
  readonly name: string;
  readonly version: number;
}

/** A confirmed promotion, ready to be sent. */
export interface PromotionOrder extends PromotionChoice {
  readonly environment: EnvironmentName;
  readonly reason: string;
  readonly preflightId: string;
}

/** State of the Promote dialog. The preflight runs when the dialog is shown, and again for each other environment. */
export class PromotionModel implements VisibleModel {
  readonly choice: PromotionChoice;
  readonly #client: Pick<SlipwayClient, 'call'>;
  readonly #changed = new Signal<PromotionModel, void>(this);
  #environment: EnvironmentName;
  #reason = '';
  #preflight: PreflightState = { kind: 'running', since: Date.now() };
  #request: AbortController | null = null;
  #active = false;
  #disposed = false;

  constructor(choice: PromotionChoice, environment: EnvironmentName, client: Pick<SlipwayClient, 'call'>) {
    this.choice = choice;
    this.#environment = environment;
    this.#client = client;
  }

  get changed(): ISignal<PromotionModel, void> {
    return this.#changed;
  }

  get environment(): EnvironmentName {
    return this.#environment;
  }

  set environment(environment: EnvironmentName) {
    if (environment !== this.#environment) {
      this.#environment = environment;
      void this.runPreflight();
    }
  }

  get reason(): string {
    return this.#reason;
  }

  set reason(reason: string) {
    this.#reason = reason;
    this.#changed.emit();
  }

  get preflight(): PreflightState {
    return this.#preflight;
  }

  /** What would be sent now; null while the preflight runs, when it failed, and when a check failed. */
  get order(): PromotionOrder | null {
    if (this.#preflight.kind !== 'done') {
      return null;
    }
    const { report } = this.#preflight;
    if (report.verdict === 'fail' || report.checks.some(({ verdict }) => verdict === 'fail')) {
      return null;
    }
    return {
      ...this.choice,
      environment: this.#environment,
      reason: this.#reason.trim(),
      preflightId: report.preflight_id
    };
  }

  get active(): boolean {
    return this.#active;
  }

  set active(active: boolean) {
    if (active && !this.#active) {
      void this.runPreflight();
    }
    this.#active = active;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  /** Runs the checks; a pending older run is aborted. */
  async runPreflight(): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.#set({ kind: 'running', since: Date.now() });
    const body = { model: this.choice.name, version: this.choice.version, environment: this.#environment };
    let state: PreflightState;
    try {
      state = { kind: 'done', report: await this.#client.call('createPreflight', { body, signal: request.signal }) };
    } catch (reason) {
      state = { kind: 'failed', error: asCallError(reason) };
    }
    if (this.#request === request) {
      this.#request = null;
      this.#set(state);
    }
  }

  dispose(): void {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    this.#request?.abort();
    this.#request = null;
    Signal.clearData(this);
  }

  #set(state: PreflightState): void {
    this.#preflight = state;
    this.#changed.emit();
  }
}
