import { PredictAnswer } from '@slipway/contract';
import { SlipwayError } from '../errors.js';
import type { MimeBundle } from '../notebook/context.js';
import { lineBundle } from './registry-display.js';

/** A named row: one value per input of the model. `null` is a missing value. */
export type InputRow = Record<string, number | string | boolean | null>;

export type Prediction = PredictAnswer['predictions'][number];

/** A running service, as a notebook calls it. */
export class ServiceHandle {
  constructor(
    readonly name: string,
    readonly environment: string,
    /** e.g. http://127.0.0.1:18601; null while there is none. */
    readonly url: string | null,
    readonly version: number | null
  ) {}

  get ready(): boolean {
    return this.url !== null;
  }

  /**
   * Asks the service about one row or several.
   *
   * @throws SlipwayError REQUEST_REFUSED with the service's own words (what was wrong, and where), SERVICE_UNAVAILABLE.
   */
  async predict(row: InputRow): Promise<Prediction>;
  async predict(rows: InputRow[]): Promise<Prediction[]>;
  async predict(rows: InputRow | InputRow[]): Promise<Prediction | Prediction[]> {
    if (!this.url) {
      throw new SlipwayError('SERVICE_UNAVAILABLE', `${this.name} is not running; it could not be promoted.`, {
        remedy: `Run the cell with slip.promote("${this.name}", "${this.environment}") again.`
      });
    }
    let response: Response;
    try {
      response = await fetch(`${this.url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(Array.isArray(rows) ? { rows } : rows)
      });
    } catch (cause) {
      throw new SlipwayError('SERVICE_UNAVAILABLE', `${this.name} does not answer at ${this.url}.`, { cause });
    }
    const body: unknown = await response.json();
    if (!response.ok) {
      const words =
        typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : JSON.stringify(body);
      throw new SlipwayError('REQUEST_REFUSED', `${this.name} refused the request (${response.status}): ${words}`);
    }
    const { predictions } = PredictAnswer.parse(body);
    return Array.isArray(rows) ? predictions : predictions[0]!;
  }

  [Symbol.for('Jupyter.display')](): MimeBundle {
    const sentence = this.url ? `v${this.version} in ${this.environment}, answering at ${this.url}` : 'not running';
    return lineBundle(`service ${this.name}`, sentence);
  }
}
