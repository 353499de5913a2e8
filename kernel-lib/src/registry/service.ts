import { PredictAnswer } from '@slipway/contract';
import { z } from 'zod';
import { type InputRow, type Prediction, requestRow } from '@slipway/learning';
import { type MimeBundle, SlipwayError } from '@slipway/notebook';
import { lineBundle } from './registry-display.js';

/** What is asked of the service's own description: which inputs are images. */
const Described = z.object({
  inputs: z.array(z.object({ name: z.string(), parameters: z.looseObject({ format: z.string() }).optional() }))
});

/** A running service, as a notebook calls it. */
export class ServiceHandle {
  #images: Promise<ReadonlySet<string>> | undefined;

  constructor(
    readonly name: string,
    readonly environment: string,
    /** e.g. http://127.0.0.1:18601; null before the service has one. */
    readonly url: string | null,
    readonly version: number | null
  ) {}

  get ready(): boolean {
    return this.url !== null;
  }

  /**
   * Asks the service about one row or several: `predict({ wind: 3.3 })`, `predict({ image: "cat.png" })`.
   *
   * @throws SlipwayError REQUEST_REFUSED with the service's own words (what was wrong, and where), SERVICE_UNAVAILABLE,
   * DATA_NOT_FOUND for an image that is not there.
   */
  async predict(row: InputRow): Promise<Prediction>;
  async predict(rows: InputRow[]): Promise<Prediction[]>;
  async predict(rows: InputRow | InputRow[]): Promise<Prediction | Prediction[]> {
    if (!this.url) {
      throw new SlipwayError('SERVICE_UNAVAILABLE', `${this.name} is not running; it could not be promoted.`, {
        remedy: `Run the cell with slip.promote("${this.name}", "${this.environment}") again.`
      });
    }
    const sent = await Promise.all([rows].flat().map(row => requestRow(row, () => this.#imageInputs())));
    const response = await this.#fetch('/predict', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Array.isArray(rows) ? { rows: sent } : sent[0])
    });
    const body: unknown = await response.json();
    if (!response.ok) {
      const words =
        typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : JSON.stringify(body);
      throw new SlipwayError('REQUEST_REFUSED', `${this.name} refused the request (${response.status}): ${words}`);
    }
    const { predictions } = PredictAnswer.parse(body);
    return Array.isArray(rows) ? predictions : predictions[0]!;
  }

  async #fetch(path: string, request: RequestInit = {}): Promise<Response> {
    try {
      return await fetch(`${this.url}${path}`, request);
    } catch (cause) {
      throw new SlipwayError('SERVICE_UNAVAILABLE', `${this.name} does not answer at ${this.url}.`, { cause });
    }
  }

  /** Names of the inputs that are images; asked of the service when a row may hold one. */
  #imageInputs(): Promise<ReadonlySet<string>> {
    this.#images ??= this.#fetch(`/v2/models/${encodeURIComponent(this.name)}`).then(async response => {
      const described = Described.safeParse(response.ok ? await response.json() : null);
      const inputs = described.success ? described.data.inputs : [];
      return new Set(inputs.filter(({ parameters }) => parameters?.format === 'image').map(({ name }) => name));
    });
    return this.#images;
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    const sentence = this.url ? `v${this.version} in ${this.environment}, answering at ${this.url}` : 'not running';
    return lineBundle(`service ${this.name}`, sentence);
  }
}
