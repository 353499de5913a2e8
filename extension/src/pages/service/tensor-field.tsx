import type { SignatureInput } from '@slipway/contract';
import type { ChangeEvent } from 'react';
import { useTranslation } from '../../display/index.js';

interface TensorFieldProps {
  readonly input: SignatureInput;
  /** Of one row. */
  readonly shape: readonly number[];
  /** An image as data URL, or the numbers as JSON. */
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** A field for an image, which is chosen as a file, or for the numbers of a tensor. */
export function TensorField(props: TensorFieldProps): JSX.Element {
  return props.input.format === 'image' ? <ImageField {...props} /> : <NumbersField {...props} />;
}

function ImageField({ input, shape, text, onChange }: TensorFieldProps): JSX.Element {
  const trans = useTranslation();
  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.target.files?.[0];
    if (file === undefined) {
      onChange('');
      return;
    }
    const reader = new FileReader();
    reader.onload = () => onChange(String(reader.result));
    reader.readAsDataURL(file);
  };
  const [height, width, channels] = shape;
  return (
    <label className="jp-SlipwayField jp-mod-tensor">
      <span className="jp-SlipwayField-name">{input.name}</span>
      <input type="file" name={input.name} accept="image/png,image/jpeg,image/webp,image/gif" onChange={choose} />
      {text.startsWith('data:') ? (
        <img className="jp-SlipwayField-image" src={text} alt={trans.__('The chosen image')} />
      ) : null}
      <span className="jp-SlipwayField-hint">
        {channels === 1
          ? trans.__('an image; the model receives it in gray, %1 × %2', height, width)
          : trans.__('an image; the model receives it as %1 × %2', height, width)}
      </span>
    </label>
  );
}

function NumbersField({ input, shape, text, onChange }: TensorFieldProps): JSX.Element {
  const trans = useTranslation();
  return (
    <label className="jp-SlipwayField jp-mod-tensor">
      <span className="jp-SlipwayField-name">{input.name}</span>
      <textarea name={input.name} rows={4} spellCheck={false} value={text} onChange={e => onChange(e.target.value)} />
      <span className="jp-SlipwayField-hint">{trans.__('%1 numbers as JSON, flat or nested', shape.join(' × '))}</span>
    </label>
  );
}
