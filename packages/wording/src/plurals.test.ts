import { describe, expect, it } from 'vitest';
import { counted } from './plurals.js';

describe('a count with its noun', () => {
  it('agrees with it', () => {
    expect([0, 1, 2].map(count => counted(count, 'run'))).toEqual(['0 runs', '1 run', '2 runs']);
    expect(counted(1234, 'query', 'queries', 'en')).toBe('1,234 queries');
  });
});
