import { describe, expect, it } from 'vitest';
import { ThreadTrial, type Threads } from './thread-trial.js';

function waiting(milliseconds: Readonly<Record<Threads, number>>, seen: Threads[] = []): (threads: Threads) => void {
  return threads => {
    seen.push(threads);
    const until = performance.now() + milliseconds[threads];
    while (performance.now() < until) {}
  };
}

describe('the choice of threads for a recorded step', () => {
  it('falls to the faster after some real calls of each, and stays', () => {
    const trial = new ThreadTrial();
    const seen: Threads[] = [];
    for (let i = 0; i < 20; i++) {
      trial.time(waiting({ 'one thread': 0.2, 'many threads': 1 }, seen));
    }
    expect(new Set(seen.slice(0, 10))).toEqual(new Set(['one thread', 'many threads']));
    expect(new Set(seen.slice(10))).toEqual(new Set(['one thread']));
  });

  it('leaves many threads where they are faster, or where a call takes so long that nothing is lost', () => {
    const faster = new ThreadTrial();
    for (let i = 0; i < 10; i++) {
      faster.time(waiting({ 'one thread': 1, 'many threads': 0.2 }));
    }
    expect(faster.choice).toBe('many threads');
    const long = new ThreadTrial();
    const seen: Threads[] = [];
    for (let i = 0; i < 5; i++) {
      long.time(waiting({ 'one thread': 25, 'many threads': 25 }, seen));
    }
    expect(seen.slice(3)).toEqual(['many threads', 'many threads']);
  });
});
