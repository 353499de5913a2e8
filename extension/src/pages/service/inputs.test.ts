import type { ColumnProfile } from '@slipway/contract';
import { describe, expect, it } from 'vitest';
import { sampleSignature } from '../../testing/samples.js';
import { curlCommand, defaultTexts, readInputs } from './inputs.js';

const signature = sampleSignature();

function profile(name: string, changes: Partial<ColumnProfile>): ColumnProfile {
  return {
    name,
    type: 'number',
    count: 10,
    missing: 0,
    distinct: 5,
    min: null,
    max: null,
    mean: null,
    std: null,
    quartiles: null,
    histogram: null,
    top: [],
    ...changes
  };
}

describe('what stands in the test form at first', () => {
  it('is the middle of the training range, rounded to what matters in it', () => {
    expect(defaultTexts(signature, [])).toEqual({
      wind: '4.5',
      season: '0',
      days: '5',
      weather: '',
      holiday: 'false'
    });
  });

  it('is the median or the most frequent value where the profile is known', () => {
    const profiles = [
      profile('wind', { quartiles: [1, 2.3456, 5] }),
      profile('weather', { type: 'string', top: [{ value: 'rain', count: 6 }] })
    ];
    expect(defaultTexts(signature, profiles)).toMatchObject({ wind: '2.35', weather: 'rain' });
  });
});

describe('the row that a form means', () => {
  it('has numbers, texts and truth values by name', () => {
    const texts = { wind: ' 3,5 ', season: '-1', days: '4', weather: 'sun', holiday: 'true' };
    expect(readInputs(signature, texts)).toEqual({ wind: 3.5, season: -1, days: 4, weather: 'sun', holiday: true });
  });

  it('has null where a field is empty, and the text itself where it is no number', () => {
    expect(readInputs(signature, { wind: '', season: 'high' })).toEqual({
      wind: null,
      season: 'high',
      days: null,
      weather: null,
      holiday: null
    });
  });
});

describe('the curl command', () => {
  it('quotes the body for the shell', () => {
    expect(curlCommand('http://127.0.0.1:18601', { weather: "it's fog" })).toBe(
      "curl -s http://127.0.0.1:18601/predict \\\n  -H 'Content-Type: application/json' \\\n  -d '{\"weather\":\"it'\\''s fog\"}'"
    );
  });
});
