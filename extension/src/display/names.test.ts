import { describe, expect, it } from 'vitest';
import { readRecordedName, shortDigest } from './names.js';

describe('a recorded name', () => {
  it('tells its kind, and the version where it has one', () => {
    expect(readRecordedName('variable:train')).toEqual({ kind: 'variable', name: 'train', version: null });
    expect(readRecordedName('dataset:my data@12')).toEqual({ kind: 'dataset', name: 'my data', version: 12 });
    expect(readRecordedName('model:rain')).toEqual({ kind: 'model', name: 'rain', version: null });
  });

  it('takes an @ in the name of a file for a part of the name', () => {
    expect(readRecordedName('file:a@2')).toEqual({ kind: 'file', name: 'a@2', version: null });
  });

  it('shows a name without a kind unchanged', () => {
    expect(readRecordedName('weather@1')).toEqual({ kind: 'other', name: 'weather@1', version: null });
  });
});

it('a digest is shown by its beginning, and a name in its place whole', () => {
  expect(shortDigest('0123456789abcdef0123')).toBe('0123456789ab');
  expect(shortDigest('seattle-weather@12')).toBe('seattle-weather@12');
});
