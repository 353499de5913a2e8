import { describe, expect, it } from 'vitest';
import { firstLineOf, messageOf } from './errors.js';

describe('what a thrown value says', () => {
  it('is the message of an error, and any other value as text', () => {
    expect(messageOf(new TypeError('x is not a function'))).toBe('x is not a function');
    expect(messageOf('gone')).toBe('gone');
    expect(messageOf(undefined)).toBe('undefined');
  });

  it('is cut after its first line where only that is shown', () => {
    expect(firstLineOf(new Error('No such table.\nLINE 1: select'))).toBe('No such table.');
  });
});
