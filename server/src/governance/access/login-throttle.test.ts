import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoginThrottle } from './login-throttle.js';

const ADA = { key: 'ada', forgiven: 3 };

let throttle: LoginThrottle;
beforeEach(() => {
  vi.useFakeTimers();
  throttle = new LoginThrottle();
});
afterEach(() => {
  vi.useRealTimers();
});

const fail = (): Promise<unknown> => throttle.attempt([ADA], async () => undefined);
const succeed = (): Promise<unknown> => throttle.attempt([ADA], async () => 'in');

describe('failed logins', () => {
  it('are forgiven a few times, and then cost a wait that doubles', async () => {
    for (let time = 0; time < 3; time += 1) {
      await fail();
    }
    await expect(succeed()).rejects.toThrow('Try again in 2 s');
    vi.advanceTimersByTime(2000);
    await fail();
    await expect(fail()).rejects.toThrow('Try again in 4 s');
    vi.advanceTimersByTime(4000);
    expect(await succeed()).toBe('in');
  });

  it('are forgotten after a success, and after half an hour', async () => {
    for (let time = 0; time < 2; time += 1) {
      await fail();
    }
    await succeed();
    for (let time = 0; time < 3; time += 1) {
      await fail();
    }
    vi.advanceTimersByTime(31 * 60_000);
    for (let time = 0; time < 2; time += 1) {
      await fail();
    }
    expect(await succeed()).toBe('in');
  });

  it('that are tried all at once are not checked all at once, nor more often than one by one', async () => {
    let running = 0;
    let most = 0;
    let checked = 0;
    const slow = async (): Promise<undefined> => {
      running += 1;
      checked += 1;
      most = Math.max(most, running);
      await new Promise(resolve => setTimeout(resolve, 100));
      running -= 1;
      return undefined;
    };
    const all = Promise.allSettled(Array.from({ length: 40 }, () => throttle.attempt([ADA], slow)));
    await vi.advanceTimersByTimeAsync(5000);
    const outcomes = await all;
    expect(most).toBeLessThanOrEqual(4);
    expect(checked).toBeLessThanOrEqual(8);
    expect(outcomes.filter(outcome => outcome.status === 'rejected').length).toBeGreaterThan(30);
  });
});
