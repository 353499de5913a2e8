import { describe, expect, it } from 'vitest';
import { datasetCell } from './dataset-cell.js';
import { contentsPath } from './paths.js';

describe('the path by which JupyterLab knows a notebook', () => {
  it('is relative to the folder that it was started in', () => {
    expect(contentsPath('/home/ada/my project/a/b.ipynb', '/home/ada/my project/')).toBe('a/b.ipynb');
    expect(contentsPath('C:\\work\\b.ipynb', 'C:\\work')).toBe('b.ipynb');
  });

  it('is the path itself when it is already relative', () => {
    expect(contentsPath('examples/01-rain.ipynb', '/home/ada')).toBe('examples/01-rain.ipynb');
  });

  it('does not take a folder with a longer name for the same', () => {
    expect(contentsPath('/home/ada2/b.ipynb', '/home/ada')).toBe('home/ada2/b.ipynb');
  });
});

describe('the cell that reads a dataset', () => {
  const raw = {
    name: 'my weather-data',
    version: 2,
    source: 'npm:vega-datasets/data/seattle-weather.csv',
    time_column: 'date',
    derivation: null,
    parents: []
  };

  it('reads the source into a variable named after the dataset', () => {
    expect(datasetCell(raw)).toBe(
      'const myWeatherData = await slip.data("my weather-data", "npm:vega-datasets/data/seattle-weather.csv", { time: "date" });'
    );
  });

  it('makes a name of a variable from any name', () => {
    expect(datasetCell({ ...raw, name: '2024', source: 'a.csv', time_column: null })).toBe(
      'const data2024 = await slip.data("2024", "a.csv");'
    );
  });

  it('reads the parent of what was derived, and says how it was derived', () => {
    const derived = {
      ...raw,
      name: 'labelled',
      version: 1,
      derivation: 'lead(\n  sky)',
      parents: [{ name: 'weather', version: 2 }]
    };
    expect(datasetCell(derived)).toBe(
      'const weather = await slip.data("weather", "npm:vega-datasets/data/seattle-weather.csv", { time: "date" });\n' +
        '// labelled@1 was made from weather@2: lead( sky)'
    );
  });
});
