import '../../../testing/widget-globals.js';
import type { SignatureInput } from '@slipway/contract';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { TensorField } from './tensor-field.js';

const window: SignatureInput = { name: 'window', datatype: 'FP32', shape: [-1, 2, 3], nullable: false, range: null };
const image: SignatureInput = { ...window, name: 'image', shape: [-1, 28, 28, 1], format: 'image' };
const shown = (input: SignatureInput, text: string): string =>
  renderToStaticMarkup(
    <TensorField input={input} shape={input.shape.slice(1)} text={text} onChange={() => undefined} />
  );

describe('the field of a tensor', () => {
  it('lets an image be chosen, and shows it', () => {
    const empty = shown(image, '');
    expect(empty).toContain('type="file"');
    expect(empty).toContain('the model receives it in gray, 28 × 28');
    expect(empty).not.toContain('<img');
    expect(shown(image, 'data:image/png;base64,AAAA')).toContain('src="data:image/png;base64,AAAA"');
  });

  it('takes numbers as JSON', () => {
    const field = shown(window, '[[1,2,3],[4,5,6]]');
    expect(field).toContain('>[[1,2,3],[4,5,6]]</textarea>');
    expect(field).toContain('2 × 3 numbers as JSON');
  });
});
