import type { ColumnProfile, SignatureInput } from '@slipway/contract';
import { describe, expect, it } from 'vitest';
import { sampleSignature } from '../../../../packages/client/testing/samples.js';
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

describe('the initial values of the test form', () => {
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

  it('has null where a field is empty, and the text itself where it is not a number', () => {
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

describe('inputs that are tensors', () => {
  const image: SignatureInput = {
    name: 'image',
    datatype: 'FP32',
    shape: [-1, 28, 28, 1],
    nullable: false,
    range: { min: 0, max: 255 },
    format: 'image'
  };
  const window: SignatureInput = {
    ...image,
    name: 'window',
    shape: [-1, 2, 2],
    range: { min: 0, max: 9 },
    format: undefined
  };
  const images = { ...signature, inputs: [image, window] };
  const url = 'data:image/png;base64,iVBORw0KGgo=';

  it('are an image to be chosen, and a small list of typical numbers', () => {
    expect(defaultTexts(images, [])).toEqual({ image: '', window: '[[4.5,4.5],[4.5,4.5]]' });
  });

  it('are read as the data URL of the image, and as numbers', () => {
    expect(readInputs(images, { image: url, window: '[1, 2, 3, 4]' })).toEqual({ image: url, window: [1, 2, 3, 4] });
    expect(readInputs(images, { image: '', window: '[1, 2' })).toEqual({ image: null, window: '[1, 2' });
  });

  it('are read from a file by the curl command', () => {
    expect(curlCommand('http://127.0.0.1:18601', { image: url, window: [1] })).toBe(
      `{ printf %s '{"image":'; printf '"'; base64 < image.png | tr -d '\\n'; printf '"'; printf %s ',"window":[1]}'; } |\n` +
        "  curl -s http://127.0.0.1:18601/predict -H 'Content-Type: application/json' -d @-"
    );
  });
});
