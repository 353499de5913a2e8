import { expect, it } from 'vitest';
import { previewOf } from './preview.js';

it('files of a run are seen as images and text, and others only downloaded', () => {
  expect(previewOf('plots/roc.PNG', 1000)).toEqual({ kind: 'image', mimeType: 'image/png' });
  expect(previewOf('model/MLmodel', 1000)?.kind).toBe('text');
  expect(previewOf('evaluation.html', 1000)?.kind).toBe('text');
  expect(previewOf('model.onnx', 1000)).toBeNull();
  expect(previewOf('constructor', 1000)).toBeNull();
  expect(previewOf('huge.txt', 6 * 1024 * 1024)).toBeNull();
});

it('JSON is indented, and a long text says that it goes on', () => {
  const json = previewOf('a.json', 10);
  expect(json?.kind === 'text' && json.textOf(new TextEncoder().encode('{"a":1}'))).toBe('{\n  "a": 1\n}');
  const text = previewOf('a.txt', 10);
  const long = text?.kind === 'text' ? text.textOf(new TextEncoder().encode('x'.repeat(200_000))) : '';
  expect(long).toHaveLength(100_002);
  expect(long.endsWith('\n…')).toBe(true);
});
