import type { CellStatus, RunStatus, ServiceState, SessionRecorder, SessionState, Verdict } from '@slipway/contract';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { z } from 'zod';

/** How a status looks. Never by color alone: it has an icon and a word. */
export type StatusTone = 'active' | 'good' | 'bad' | 'caution' | 'quiet';
export type StatusShape = 'running' | 'check' | 'cross' | 'stop' | 'queue' | 'warning' | 'dash';

export interface StatusLook {
  readonly word: string;
  readonly tone: StatusTone;
  readonly shape: StatusShape;
}

export function runStatusLook(status: RunStatus, trans: TranslationBundle): StatusLook {
  switch (status) {
    case 'RUNNING':
      return { word: trans.__('running'), tone: 'active', shape: 'running' };
    case 'SCHEDULED':
      return { word: trans.__('queued'), tone: 'quiet', shape: 'queue' };
    case 'FINISHED':
      return { word: trans.__('finished'), tone: 'good', shape: 'check' };
    case 'FAILED':
      return { word: trans.__('failed'), tone: 'bad', shape: 'cross' };
    case 'KILLED':
      return { word: trans.__('killed'), tone: 'caution', shape: 'stop' };
  }
}

export function cellStatusLook(status: z.infer<typeof CellStatus>, trans: TranslationBundle): StatusLook {
  switch (status) {
    case 'running':
      return { word: trans.__('running'), tone: 'active', shape: 'running' };
    case 'ok':
      return { word: trans.__('ran'), tone: 'good', shape: 'check' };
    case 'error':
      return { word: trans.__('failed'), tone: 'bad', shape: 'cross' };
    case 'aborted':
      return { word: trans.__('skipped'), tone: 'quiet', shape: 'dash' };
    case 'interrupted':
      return { word: trans.__('interrupted'), tone: 'caution', shape: 'stop' };
  }
}

export function sessionStateLook(
  state: z.infer<typeof SessionState>,
  recorder: SessionRecorder,
  trans: TranslationBundle
): StatusLook {
  switch (state) {
    case 'alive':
      return { word: trans.__('kernel is alive'), tone: 'good', shape: 'check' };
    case 'ended':
      return { word: trans.__('kernel was shut down'), tone: 'quiet', shape: 'stop' };
    case 'lost':
      return recorder === 'front_end'
        ? { word: trans.__('not watched now'), tone: 'quiet', shape: 'dash' }
        : { word: trans.__('kernel died'), tone: 'bad', shape: 'cross' };
  }
}

export function verdictLook(verdict: Verdict, trans: TranslationBundle): StatusLook {
  switch (verdict) {
    case 'pass':
      return { word: trans.__('passed'), tone: 'good', shape: 'check' };
    case 'warn':
      return { word: trans.__('warning'), tone: 'caution', shape: 'warning' };
    case 'fail':
      return { word: trans.__('failed'), tone: 'bad', shape: 'cross' };
    case 'not_applicable':
      return { word: trans.__('not applicable'), tone: 'quiet', shape: 'dash' };
  }
}

export function serviceStateLook(state: ServiceState, trans: TranslationBundle): StatusLook {
  switch (state) {
    case 'starting':
      return { word: trans.__('starting'), tone: 'active', shape: 'running' };
    case 'running':
      return { word: trans.__('running'), tone: 'good', shape: 'check' };
    case 'stopped':
      return { word: trans.__('stopped'), tone: 'quiet', shape: 'stop' };
    case 'failed':
      return { word: trans.__('failed'), tone: 'bad', shape: 'cross' };
  }
}
