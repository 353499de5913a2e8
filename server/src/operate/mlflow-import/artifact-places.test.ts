import { describe, expect, it } from 'vitest';
import { ForeignPlaces } from './artifact-places.js';

describe('places of artifacts', () => {
  const places = new ForeignPlaces('/served');

  it('are folders of this machine, or in other stores', () => {
    expect(places.folderOf('/data/mlruns/0/a/artifacts')).toBe('/data/mlruns/0/a/artifacts');
    expect(places.folderOf('file:///data/gr%C3%B6%C3%9Fe')).toBe('/data/größe');
    expect(places.folderOf('mlflow-artifacts:/0/a/artifacts')).toBe('/served/0/a/artifacts');
    expect(places.folderOf('mlflow-artifacts://host:5000/0/a/artifacts')).toBe('/served/0/a/artifacts');
    expect(places.folderOf('mlflow-artifacts:/../../etc')).toBeUndefined();
    expect(places.folderOf('s3://bucket/0/a/artifacts')).toBeUndefined();
    expect(places.folderOf('')).toBeUndefined();
  });

  it('below a folder that has moved have moved with it', () => {
    places.moved('file:///data/mlruns/0/a/artifacts', 'mlflow-artifacts:/7/a/artifacts');
    expect(places.nowAt('/data/mlruns/0/a/artifacts/model')).toBe('mlflow-artifacts:/7/a/artifacts/model');
    expect(places.nowAt('file:///data/mlruns/0/a/artifacts')).toBe('mlflow-artifacts:/7/a/artifacts');
    expect(places.nowAt('/data/mlruns/0/b/artifacts')).toBe('/data/mlruns/0/b/artifacts');
    expect(places.nowAt('runs:/a/model')).toBe('runs:/a/model');
  });
});
