import type { PredictAnswer } from '@slipway/contract';
import { formatNumber, formatValue, useTranslation } from '../../display/index.js';

type Prediction = PredictAnswer['predictions'][number];

interface PredictionViewProps {
  readonly prediction: Prediction;
  /** What is predicted, in one word. */
  readonly target: string;
}

/** One prediction: the answer in large type, and its numbers by name. */
export function PredictionView({ prediction, target }: PredictionViewProps): JSX.Element {
  const trans = useTranslation();
  const { label, value, cluster, values, components, distances, probabilities } = prediction;
  const said = label ?? (value === undefined ? cluster?.toString() : formatValue(value));
  return (
    <>
      <p className="jp-SlipwayTest-prediction">
        <span>{said === undefined ? target : trans.__('%1:', target)}</span>{' '}
        {said === undefined ? null : <strong>{said}</strong>}
      </p>
      {Object.entries(probabilities ?? {}).map(([name, probability]) => (
        <div key={name} className="jp-SlipwayProbability">
          <span>{name}</span>
          <meter min={0} max={1} value={probability} aria-label={name} />
          <span>{formatNumber(probability)}</span>
        </div>
      ))}
      <Numbers of={values} />
      <Numbers of={components} />
      <Numbers of={distances} named={name => trans.__('distance to %1', name)} />
    </>
  );
}

interface NumbersProps {
  readonly of: Readonly<Record<string, number>> | undefined;
  readonly named?: (name: string) => string;
}

function Numbers({ of, named = name => name }: NumbersProps): JSX.Element | null {
  if (of === undefined) {
    return null;
  }
  return (
    <table className="jp-SlipwayTable jp-mod-pairs">
      <tbody>
        {Object.entries(of).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{named(name)}</th>
            <td className="jp-mod-number">{formatValue(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
