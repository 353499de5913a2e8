import { AsyncLocalStorage } from 'node:async_hooks';
import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BackendChoice } from '../../backend/choose.js';
import { SlipwayError } from '@slipway/notebook';
import type { LearningSettings, TrainingData } from '../train-compiled.js';
import type { FromTrainingProcess, StepSummary, ToTrainingProcess } from './messages.js';
import type { PortableNetwork } from './portable-network.js';

const ENTRY = fileURLToPath(new URL('./process-main.js', import.meta.url));
/** A batch that was begun may be finished after an interrupt; then the process is ended. */
const STOP_GRACE_MS = 4000;
/** Kept for the next training, as its start takes a second. */
const IDLE_MS = 120_000;

export interface Job {
  readonly network: PortableNetwork;
  readonly data: TrainingData;
  readonly settings: LearningSettings;
  readonly backend: string | undefined;
  readonly signal: AbortSignal;
}

export interface JobHooks {
  onBegan(backend: BackendChoice): void;
  onResumed(epoch: number): void;
  onEpoch(epoch: number, logs: Readonly<Record<string, number>>): void;
}

export type JobResult =
  | { readonly epochs: number; readonly weights: PortableNetwork['weights']; readonly step: StepSummary | null }
  /** The other process cannot build this network. */
  | { readonly cannotBuild: string };

let idle: { readonly child: ChildProcess; readonly timer: NodeJS.Timeout } | undefined;

/** Only the built package has a file that another process can start with. */
export function canTrainInProcess(): boolean {
  return existsSync(ENTRY);
}

/**
 * Trains in a process of its own, so that the notebook stays alive. The signal ends the training after its current batch;
 * a process that does not come to the end of one is killed.
 *
 * @throws SlipwayError TRAINING_FAILED when the process dies, and what goes wrong in it.
 */
export function trainInProcess(job: Job, hooks: JobHooks): Promise<JobResult> {
  const child = takeChild();
  // A process that is used again was started by another cell, whose output this must not become.
  const inThisCell = AsyncLocalStorage.snapshot();
  return new Promise<JobResult>((resolve, reject) => {
    let deadline: NodeJS.Timeout | undefined;
    const stop = (): void => {
      send(child, { kind: 'stop' });
      deadline = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    };
    const end = (): void => {
      clearTimeout(deadline);
      job.signal.removeEventListener('abort', stop);
      child.removeAllListeners('message');
      child.removeAllListeners('exit');
    };
    const settle = (result: JobResult): void => {
      end();
      keepChild(child);
      resolve(result);
    };
    const fail = (error: SlipwayError): void => {
      end();
      reject(error);
    };
    child.on('message', (message: FromTrainingProcess) => {
      switch (message.kind) {
        case 'began':
          return inThisCell(() => hooks.onBegan(message.backend));
        case 'resumed':
          return inThisCell(() => hooks.onResumed(message.epoch));
        case 'epoch':
          return inThisCell(() => hooks.onEpoch(message.epoch, message.logs));
        case 'cannot-build':
          return settle({ cannotBuild: message.reason });
        case 'finished':
          return settle(message);
        case 'failed':
          keepChild(child);
          return fail(new SlipwayError(message.code ?? 'TRAINING_FAILED', message.message));
      }
    });
    child.once('exit', (code, signal) => fail(deathOf(code, signal, job.signal.aborted)));
    if (job.signal.aborted) {
      stop();
    } else {
      job.signal.addEventListener('abort', stop, { once: true });
    }
    const { network, data, settings, backend } = job;
    send(child, { kind: 'train', network, data, settings, backend });
  });
}

function deathOf(code: number | null, signal: string | null, interrupted: boolean): SlipwayError {
  if (interrupted) {
    return new SlipwayError(
      'TRAINING_FAILED',
      'The training was interrupted in a batch that took too long to finish.',
      {
        remedy: 'Smaller batches can be stopped; with a checkpoint, resume goes on after the last whole epoch.'
      }
    );
  }
  return new SlipwayError('TRAINING_FAILED', `The training process ended (${signal ?? `code ${code}`}).`, {
    remedy:
      'Most often memory ran out: try smaller batches. With a checkpoint, resume goes on after the last whole epoch.'
  });
}

function takeChild(): ChildProcess {
  if (idle) {
    const { child, timer } = idle;
    idle = undefined;
    clearTimeout(timer);
    child.removeAllListeners('exit');
    if (child.connected) {
      child.ref();
      child.channel?.ref();
      return child;
    }
  }
  // The structured clone algorithm carries typed arrays as they are; what it prints is TensorFlow's chatter.
  return fork(ENTRY, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] });
}

/** A process that waits must not keep the notebook's process from ending. */
function keepChild(child: ChildProcess): void {
  if (idle || !child.connected) {
    child.disconnect();
    return;
  }
  const timer = setTimeout(() => {
    idle = undefined;
    child.disconnect();
  }, IDLE_MS);
  timer.unref();
  child.unref();
  child.channel?.unref();
  idle = { child, timer };
  child.once('exit', () => (idle = undefined));
}

function send(child: ChildProcess, message: ToTrainingProcess): void {
  if (child.connected) {
    child.send(message);
  }
}
