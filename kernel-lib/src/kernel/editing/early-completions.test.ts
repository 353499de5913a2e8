import { describe, expect, it } from 'vitest';
import { earlyCompletions } from './early-completions.js';

const at = (source: string): readonly string[] => earlyCompletions(source, source.length).candidates;

describe('Tab before the compiler is there', () => {
  it('offers members of what is global', () => {
    expect(at('Math.sq')).toEqual(['sqrt']);
    expect(at('const x = JSON.')).toEqual(expect.arrayContaining(['parse', 'stringify']));
  });

  it('offers names of the cell, words of the language and globals', () => {
    expect(at('const temperature = 1;\ntemp')).toEqual(['temperature']);
    expect(at('awa')).toEqual(['await']);
    expect(at('setTim')).toEqual(['setTimeout']);
  });

  it('says what it replaces, and offers nothing for members that it cannot know', () => {
    expect(earlyCompletions('a + Mat', 7)).toMatchObject({ start: 4, end: 7 });
    expect(at('unknown.mem')).toEqual([]);
    expect(at('f().mem')).toEqual([]);
  });
});
