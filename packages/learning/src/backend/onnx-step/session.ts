import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { OnnxValue, TensorConstructor } from 'onnxruntime-node';

/** Tensors by name; null asks for a new one. */
export type Tensors = Record<string, OnnxValue>;

interface NativeSession {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: object): void;
  run(feeds: Tensors, fetches: Record<string, OnnxValue | null>, options: object): Tensors;
  dispose(): void;
}

/** The addon of onnxruntime-node as its own session uses it: `session.run` waits for a turn of the event loop, this does not. */
interface Binding {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  readonly initOrt: () => void;
}

export interface OnnxRuntime {
  readonly Tensor: TensorConstructor;
  readonly InferenceSession: new () => NativeSession;
}

const require = createRequire(import.meta.url);
let runtime: OnnxRuntime | undefined;
let hasBinary: boolean | undefined;

/** Whether the package has a binary for this machine, as it has not for Macs with Intel processors; loads nothing. */
export function hasOnnxRuntime(): boolean {
  return (hasBinary ??= findBinary());
}

function findBinary(): boolean {
  try {
    const folder = path.dirname(require.resolve('onnxruntime-node/package.json'));
    return readdirSync(path.join(folder, 'bin'), { recursive: true, encoding: 'utf8' }).some(file =>
      file.endsWith(path.join(process.platform, process.arch, 'onnxruntime_binding.node'))
    );
  } catch {
    return false;
  }
}

/** @throws Error where the package has no binary for this machine. */
export function onnxRuntime(): OnnxRuntime {
  if (!runtime) {
    const { binding, initOrt } = require('onnxruntime-node/dist/binding.js') as Binding;
    const { Tensor } = require('onnxruntime-node') as { Tensor: TensorConstructor };
    initOrt();
    runtime = { Tensor, InferenceSession: binding.InferenceSession };
  }
  return runtime;
}

/** A model that is executed by the calling thread; sessions of finished trainings are released with their objects. */
export class SynchronousSession {
  readonly #session: NativeSession;

  /** @throws Error when the model is not accepted. */
  constructor(model: Uint8Array, threads: number) {
    this.#session = new (onnxRuntime().InferenceSession)();
    this.#session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      // Waiting threads that spin take the cores from everything else.
      ...(threads > 1 ? { extra: { session: { 'intra_op.allow_spinning': '0' } } } : {})
    });
  }

  run(feeds: Tensors, fetches: Record<string, OnnxValue | null>): Tensors {
    return this.#session.run(feeds, fetches, {});
  }

  dispose(): void {
    this.#session.dispose();
  }
}
