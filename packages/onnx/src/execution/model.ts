import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { BUNDLE_FILES, ModelSignature } from '@slipway/contract';
import type { OnnxJob, OnnxReply, OnnxWorkerData } from './worker.js';
import {
  type DecodedRows,
  joinRows,
  numbersInRow,
  type Outputs,
  RequestError,
  sliceOutputs,
  withImages
} from '@slipway/tensor-inputs';

/** Requests that may wait for the worker; more are refused, so that a burst cannot fill the memory. */
const MAX_WAITING = 2000;
/** Rows that are given to the worker in one call. */
const MAX_BATCH_ROWS = 4096;
/** The same, in numbers of tensors. */
const MAX_BATCH_NUMBERS = 1 << 22;
/** Numbers of tensors that may wait. */
const MAX_WAITING_NUMBERS = 1 << 26;

interface Waiting {
  readonly rows: DecodedRows;
  readonly resolve: (outputs: Outputs) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A bundle's model in a worker thread. Requests that arrive while the worker is busy, or in the same turn of the event
 * loop, are answered by one call of the graph.
 */
export class Model {
  readonly signature: ModelSignature;
  readonly #worker: Worker;
  readonly #inFlight = new Map<number, readonly Waiting[]>();
  #queue: Waiting[] = [];
  #scheduled = false;
  #nextId = 1;
  #waitingRows = 0;
  readonly #batchRows: number;
  readonly #mostRows: number;
  #broken: Error | null = null;

  private constructor(signature: ModelSignature, worker: Worker) {
    this.signature = signature;
    this.#worker = worker;
    const numbers = numbersInRow(signature);
    this.#batchRows = Math.max(1, Math.min(MAX_BATCH_ROWS, Math.floor(MAX_BATCH_NUMBERS / Math.max(1, numbers))));
    this.#mostRows = numbers === 0 ? Infinity : Math.max(1, Math.floor(MAX_WAITING_NUMBERS / numbers));
    worker.on('message', (message: OnnxReply) => this.#receive(message));
    worker.on('error', error => this.#fail(error));
    worker.on('exit', code => this.#fail(new Error(`The model's worker ended with code ${code}.`)));
  }

  /**
   * Loads the bundle in `folder`.
   *
   * @throws Error when a file is missing or not what the contract says, or the graph cannot be loaded.
   */
  static async load(folder: string): Promise<Model> {
    const text = await readFile(path.join(folder, BUNDLE_FILES.signature), 'utf8');
    const signature = ModelSignature.parse(JSON.parse(text));
    const data: OnnxWorkerData = { model: path.join(folder, BUNDLE_FILES.model), signature };
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: data });
    await new Promise<void>((resolve, reject) => {
      worker.once('message', (message: OnnxReply) => {
        if (message.kind === 'ready') {
          return resolve();
        }
        // The runtime names the whole path, which is private to this machine.
        const why = message.kind === 'failed' ? message.message.replaceAll(`${folder}${path.sep}`, '') : '';
        reject(new Error(`The graph cannot be loaded. ${why}`));
      });
      worker.once('error', reject);
    });
    return new Model(signature, worker);
  }

  /** Whether the worker still answers. */
  get healthy(): boolean {
    return this.#broken === null;
  }

  /**
   * @throws RequestError for an undecodable image, and 503 when too many requests wait; Error when the graph fails on these
   * rows.
   */
  predict(rows: DecodedRows): Promise<Outputs> {
    if (!rows.images) {
      return this.#ask(rows);
    }
    return withImages(this.signature, rows, rows.images).then(filled => this.#ask(filled));
  }

  #ask(rows: DecodedRows): Promise<Outputs> {
    if (this.#broken) {
      return Promise.reject(this.#broken);
    }
    const tooMany = this.#queue.length > 0 && this.#waitingRows + rows.rows > this.#mostRows;
    if (this.#queue.length >= MAX_WAITING || tooMany) {
      return Promise.reject(new RequestError('too many requests are waiting; try again in a moment', '', 503));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ rows, resolve, reject });
      this.#waitingRows += rows.rows;
      this.#schedule();
    });
  }

  /** Answers what was accepted, then ends the worker. */
  async close(): Promise<void> {
    while (this.healthy && (this.#inFlight.size > 0 || this.#queue.length > 0)) {
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    this.#broken ??= new Error('The model was closed.');
    await this.#worker.terminate();
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight.size > 0 || this.#queue.length === 0) {
      return;
    }
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#inFlight.size > 0 || this.#queue.length === 0) {
      return;
    }
    const batch: Waiting[] = [];
    let rows = 0;
    while (this.#queue.length > 0 && (batch.length === 0 || rows + this.#queue[0]!.rows.rows <= this.#batchRows)) {
      const next = this.#queue.shift()!;
      batch.push(next);
      rows += next.rows.rows;
    }
    this.#waitingRows -= rows;
    const job: OnnxJob = {
      id: this.#nextId++,
      rows: joinRows(
        this.signature,
        batch.map(w => w.rows)
      )
    };
    this.#inFlight.set(job.id, batch);
    this.#worker.postMessage(job);
  }

  #receive(message: OnnxReply): void {
    if (message.kind !== 'done' && message.kind !== 'error') {
      return;
    }
    const batch = this.#inFlight.get(message.id) ?? [];
    this.#inFlight.delete(message.id);
    if (message.kind === 'error') {
      batch.forEach(waiting => waiting.reject(new Error(message.message)));
    } else if (batch.length === 1) {
      batch[0]!.resolve(message.outputs);
    } else {
      let start = 0;
      for (const waiting of batch) {
        waiting.resolve(sliceOutputs(message.outputs, start, waiting.rows.rows));
        start += waiting.rows.rows;
      }
    }
    this.#schedule();
  }

  #fail(error: Error): void {
    this.#broken ??= error;
    for (const batch of this.#inFlight.values()) {
      batch.forEach(waiting => waiting.reject(error));
    }
    this.#inFlight.clear();
    this.#queue.forEach(waiting => waiting.reject(error));
    this.#queue = [];
    this.#waitingRows = 0;
  }
}
