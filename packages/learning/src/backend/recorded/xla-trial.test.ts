import { describe, expect, it } from 'vitest';
import type { Execution } from '../node-backend.js';
import { XlaTrial, type Trial, type XlaChoices } from './xla-trial.js';

/** A step that takes so long with and without XLA, and counts its calls. */
function step(plain: number, xla: number): Trial & { calls: number } {
  let wait = 0;
  const counted = {
    calls: 0,
    execute: (execution: Execution): void => {
      counted.calls++;
      wait = execution === 'xla' ? xla : plain;
    },
    discard: (): void => undefined,
    wait: (): void => {
      const until = performance.now() + wait;
      while (performance.now() < until) {}
    }
  };
  return counted;
}

const LONG = 1e14;

describe('the choice between a recorded step and one compiled by XLA', () => {
  it('falls to the faster, says both times, and is kept for the next training', () => {
    const kept: XlaChoices = new Map<string, boolean>();
    const trial = new XlaTrial(kept);
    trial.planned(LONG);
    trial.decide(['MatMul'], step(4, 1));
    expect(trial.usesXla).toBe(true);
    expect(trial.reason).toMatch(/^a step took [\d.]+ ms, with XLA [\d.]+ ms$/);
    const next = new XlaTrial(kept);
    next.planned(LONG);
    const untimed = step(1, 4);
    next.decide(['MatMul'], untimed);
    expect([next.usesXla, untimed.calls]).toEqual([true, 0]);
  });

  it('stays with the plain step where XLA is slower or fails', () => {
    const slow = new XlaTrial(new Map());
    slow.planned(LONG);
    slow.decide(['Conv2D'], step(1, 3));
    expect(slow.usesXla).toBe(false);
    const failing = new XlaTrial(new Map());
    failing.planned(LONG);
    failing.decide(['Resize'], {
      ...step(1, 1),
      execute: execution => {
        if (execution === 'xla') {
          throw new Error('no kernel for Resize');
        }
      }
    });
    expect(failing.usesXla).toBe(false);
    expect(failing.reason).toBe('XLA cannot compile the step: no kernel for Resize');
  });

  it('is not made for a training that ends before a compilation would pay', () => {
    const trial = new XlaTrial(new Map());
    trial.planned(1e6);
    const untimed = step(4, 1);
    trial.decide(['MatMul'], untimed);
    expect([trial.usesXla, trial.reason, untimed.calls]).toEqual([false, null, 0]);
  });
});
