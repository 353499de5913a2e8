import type { Service, TestAnswer } from '@slipway/contract';
import { asCallError, RefusedError } from '../../client/index.js';
import type { CallError, SlipwayClient } from '../../client/index.js';
import type { ILiveConnection } from '../../live/index.js';
import { PageModel } from '../page-model.js';
import { defaultTexts, readInputs } from './inputs.js';
import type { InputTexts } from './inputs.js';

/** Where the last test request stands. */
export type TestState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending' }
  | { readonly kind: 'answered'; readonly answer: TestAnswer }
  | { readonly kind: 'failed'; readonly error: CallError };

/** State of the page of one service: the service, what stands in its test form, and its last answer. */
export class ServicePageModel extends PageModel<Service> {
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
        return service;
      },
      concerns: event => event.type === 'service.changed' && event.name === name
    });
    this.name = name;
    this.#client = client;
  }

  /** What stands in the form: what the user typed, else a value from the middle of the training data. */
  get texts(): InputTexts {
    const signature = this.snapshot.data?.signature;
    return signature === undefined ? {} : { ...defaultTexts(signature), ...Object.fromEntries(this.#edited) };
  }

  get test(): TestState {
    return this.#test;
  }

  edit(input: string, text: string): void {
    this.#edited.set(input, text);
    this.emitChanged();
  }

  /** Sends what stands in the form. Bad values are sent too: the service's refusal is worth seeing. */
  async send(): Promise<void> {
    const service = this.snapshot.data;
    if (service === null || this.#test.kind === 'sending') {
      return;
    }
    this.#setTest({ kind: 'sending' });
    try {
      const body = { body: readInputs(service.signature, this.texts) };
      const answer = await this.#client.call('testService', { params: { name: this.name }, body });
      this.#setTest({ kind: 'answered', answer });
    } catch (reason) {
      this.#setTest({ kind: 'failed', error: asCallError(reason) });
    }
  }

  #setTest(test: TestState): void {
    this.#test = test;
    this.emitChanged();
  }
}
