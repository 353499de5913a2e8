/** A request that the service refuses; each protocol writes it in its own form. */
export class RequestError extends Error {
  readonly status: number;

  /** @param where the invalid place in the request, e.g. `inputs[0].data[3]`; empty when the whole request is meant. */
  constructor(message: string, where = '', status = 400) {
    super(where ? `${where}: ${message}` : message);
    this.name = 'RequestError';
    this.status = status;
  }
}
