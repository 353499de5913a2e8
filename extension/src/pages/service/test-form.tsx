import {
  PredictAnswer,
  type ColumnProfile,
  type Service,
  type SignatureInput,
  type TestAnswer
} from '@slipway/contract';
import { useId, type FormEvent } from 'react';
import { ErrorNote, StatusMark } from '../../components/index.js';
import { formatDuration, formatValue, tensorShape, useTranslation } from '../../display/index.js';
import { textOf } from './inputs.js';
import type { ServicePageModel, TestState } from './model.js';
import { PredictionView } from './prediction.js';
import { TensorField } from './tensor-field.js';

interface TestFormProps {
  readonly model: ServicePageModel;
  readonly service: Service;
  readonly profiles: readonly ColumnProfile[];
}

/** A form made from the signature; its answer is shown beside it. */
export function TestForm({ model, service, profiles }: TestFormProps): JSX.Element {
  const trans = useTranslation();
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    void model.send();
  };
  return (
    <div className="jp-SlipwayTest">
      <form className="jp-SlipwayForm" onSubmit={onSubmit} aria-label={trans.__('Test request')}>
        {service.signature.inputs.map(input => (
          <InputField
            key={input.name}
            input={input}
            text={textOf(model.texts, input.name)}
            known={profiles.find(({ name }) => name === input.name)?.top.map(({ value }) => value) ?? []}
            onChange={text => model.edit(input.name, text)}
          />
        ))}
        <button
          type="submit"
          className="jp-SlipwayButton jp-mod-primary"
          disabled={model.test.kind === 'sending' || service.state !== 'running'}
        >
          {trans.__('Send request')}
        </button>
      </form>
      <div className="jp-SlipwayTest-answer" aria-live="polite">
        <Answer test={model.test} target={service.signature.target} />
      </div>
    </div>
  );
}

interface InputFieldProps {
  readonly input: SignatureInput;
  readonly text: string;
  /** Frequent values in training, offered while typing. */
  readonly known: readonly string[];
  readonly onChange: (text: string) => void;
}

function InputField({ input, text, known, onChange }: InputFieldProps): JSX.Element {
  const trans = useTranslation();
  const listId = useId();
  const shape = tensorShape(input);
  if (shape !== null) {
    return <TensorField input={input} shape={shape} text={text} onChange={onChange} />;
  }
  const isText = input.datatype === 'BYTES';
  const hint = isText
    ? known.slice(0, 5).join(', ') || trans.__('string')
    : input.range === null
      ? input.datatype
      : trans.__('%1 … %2', formatValue(input.range.min), formatValue(input.range.max));
  const value = Number(text);
  const outside = input.range !== null && text.trim() !== '' && (value < input.range.min || value > input.range.max);
  return (
    <label className="jp-SlipwayField">
      <span className="jp-SlipwayField-name">{input.name}</span>
      {input.datatype === 'BOOL' ? (
        <select className="jp-SlipwaySelect" value={text} onChange={event => onChange(event.target.value)}>
          <option value="false">{trans.__('false')}</option>
          <option value="true">{trans.__('true')}</option>
        </select>
      ) : (
        <input
          type="text"
          inputMode={isText ? 'text' : 'decimal'}
          list={isText && known.length > 0 ? listId : undefined}
          name={input.name}
          value={text}
          placeholder={input.nullable ? trans.__('missing') : ''}
          onChange={event => onChange(event.target.value)}
        />
      )}
      {isText ? (
        <datalist id={listId}>
          {known.map(value => (
            <option key={value} value={value} />
          ))}
        </datalist>
      ) : null}
      <span className={`jp-SlipwayField-hint ${outside ? 'jp-mod-caution' : ''}`}>
        {outside ? (
          <StatusMark look={{ word: trans.__('warning'), tone: 'caution', shape: 'warning' }} iconOnly />
        ) : null}
        {outside ? trans.__('outside the range of the training data: %1', hint) : hint}
      </span>
    </label>
  );
}

function Answer({ test, target }: { readonly test: TestState; readonly target: string }): JSX.Element {
  const trans = useTranslation();
  switch (test.kind) {
    case 'idle':
      return <p className="jp-SlipwayQuiet">{trans.__('The answer is shown here.')}</p>;
    case 'sending':
      return <p className="jp-SlipwayQuiet">{trans.__('Waiting for the answer…')}</p>;
    case 'failed':
      return <ErrorNote error={test.error} />;
    case 'answered':
      return <ServiceAnswer answer={test.answer} target={target} />;
  }
}

function ServiceAnswer({ answer, target }: { readonly answer: TestAnswer; readonly target: string }): JSX.Element {
  const trans = useTranslation();
  const parsed = PredictAnswer.safeParse(answer.body);
  const first = parsed.success ? parsed.data.predictions[0] : undefined;
  const ok = answer.status < 300;
  return (
    <>
      {first === undefined ? null : <PredictionView prediction={first} target={target} />}
      <p className={`jp-SlipwayFacts ${ok ? '' : 'jp-mod-caution'}`}>
        <span>{trans.__('HTTP %1', answer.status)}</span>
        <span>{formatDuration(answer.duration_ms)}</span>
      </p>
      <details open={!ok}>
        <summary>{trans.__('Whole answer')}</summary>
        <pre className="jp-SlipwayCode">{JSON.stringify(answer.body, null, 2)}</pre>
      </details>
    </>
  );
}
