import type { ColumnProfile, Service, TestAnswer } from '@slipway/contract';
import { asCallError, RefusedError, type CallError, type SlipwayClient } from '@slipway/client';
import type { ILiveConnection } from '../../live/index.js';
import { PageModel } from '../page-model.js';
import { defaultTexts, readInputs, type InputTexts } from './inputs.js';

/** State of the last test request. */
export type TestState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending' }
  | { readonly kind: 'answered'; readonly answer: TestAnswer }
  | { readonly kind: 'failed'; readonly error: CallError };

/** Everything that the page of a service shows. */
export interface ServicePageData {
  readonly service: Service;
  /** Profiles of the columns that the model was trained on; empty when the data is not registered. */
  readonly profiles: readonly ColumnProfile[];
}

/** State of the page of one service: the service, the values of its test form, and its last answer. */
export class ServicePageModel extends PageModel<ServicePageData> {
  readonly name: string;
  readonly #client: Pick<SlipwayClient, 'call'>;
  readonly #edited = new Map<string, string>();
  #test: TestState = { kind: 'idle' };

  constructor(name: string, client: Pick<SlipwayClient, 'call'>, connection: ILiveConnection) {
    super({
      connection,
      load: async signal => {
        const { services } = await client.call('listServices', { signal });
        const service = services.find(candidate => candidate.name === name);
        if (service === undefined) {
          throw new RefusedError(404, {
            error_code: 'NOT_FOUND',
            message: `There is no service ${name}.`,
            remedy: 'Promote a model version: that starts its service.'
          });
        }
        return { service, profiles: await profilesOf(service, client, signal) };
      },
      concerns: event => event.type === 'service.changed' && event.name === name
    });
    this.name = name;
    this.#client = client;
  }

  /** Values of the form: what the user typed, else a median of the training data. */
  get texts(): InputTexts {
    const { data } = this.snapshot;
    return data === null
      ? {}
      : { ...defaultTexts(data.service.signature, data.profiles), ...Object.fromEntries(this.#edited) };
  }

  get test(): TestState {
    return this.#test;
  }

  edit(input: string, text: string): void {
    this.#edited.set(input, text);
    this.emitChanged();
  }

  /** Sends the values of the form. Bad values are sent too: the service's refusal is worth seeing. */
  async send(): Promise<void> {
    const service = this.snapshot.data?.service;
    if (service === undefined || this.#test.kind === 'sending') {
      return;
    }
    this.#setTest({ kind: 'sending' });
    try {
      const body = { body: readInputs(service.signature, this.texts) };
      const answer = await this.#client.call('testService', { params: { name: this.name }, body });
      this.#setTest({ kind: 'answered', answer });
      // The count of requests has grown.
      this.refresh();
    } catch (reason) {
      this.#setTest({ kind: 'failed', error: asCallError(reason) });
    }
  }

  #setTest(test: TestState): void {
    this.#test = test;
    this.emitChanged();
  }
}

async function profilesOf(
  service: Service,
  client: Pick<SlipwayClient, 'call'>,
  signal: AbortSignal
): Promise<readonly ColumnProfile[]> {
  const dataset = service.signature.training_frame?.dataset;
  if (!dataset) {
    return [];
  }
  try {
    return (await client.call('getDatasetVersion', { params: { ...dataset }, signal })).profile;
  } catch (reason) {
    if (reason instanceof RefusedError && reason.code === 'NOT_FOUND') {
      return [];
    }
    throw reason;
  }
}
