import '../../../testing/widget-globals.js';
import type { PredictAnswer } from '@slipway/contract';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { PredictionView } from './prediction.js';

const shown = (prediction: PredictAnswer['predictions'][number]): string =>
  renderToStaticMarkup(<PredictionView prediction={prediction} target="size" />).replace(/<[^>]+>/g, ' ');

describe('a prediction', () => {
  it('is a class with its probabilities', () => {
    const label = 'small';
    expect(shown({ label, probabilities: { small: 0.75, large: 0.25 } })).toMatch(
      /size:\s+small\s+small\s+0\.75\s+large\s+0\.25/
    );
  });

  it('is a number, or several by their names', () => {
    expect(shown({ value: 3.5 })).toMatch(/size:\s+3\.5/);
    expect(shown({ values: { amount: 40.3, margin: 8 } })).toMatch(/amount\s+40\.3\s+margin\s+8/);
  });

  it('is a cluster with the distances to all, also the first one', () => {
    expect(shown({ cluster: 0, distances: { 0: 0.5, 1: 2 } })).toMatch(
      /size:\s+0\s+distance to 0\s+0\.5\s+distance to 1\s+2/
    );
  });

  it('is a row along components', () => {
    expect(shown({ components: { component_1: -0.87 } })).toMatch(/component_1\s+-?.?0\.87/);
  });
});
