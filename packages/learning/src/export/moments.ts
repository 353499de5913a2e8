import { DAY_MINUTES, DIGIT_FIELDS, DIGITS, FIELDS, YEAR_DAYS, type DatePart } from '../prep/calendar.js';
import { ElementType, RUNTIME_DOMAIN, type OnnxGraph } from '@slipway/onnx/graph';

/** Zeros behind the text of a day, where the digits of its time would be. */
const PADDING = 9;

/** Writes the numbers of moments, given as text [rows, 1]; returns [rows, width of the parts]. */
export function addMoments(graph: OnnxGraph, input: string, parts: readonly DatePart[]): string {
  const calendar = new Calendar(graph, fieldsOf(graph, input));
  return graph.node(
    'Concat',
    parts.flatMap(part => calendar.numbers(part)),
    { axis: { int: 1 } }
  );
}

/** Year, month, day, hour and minute as numbers [rows, 5]: the digits of the text, each times its value. */
function fieldsOf(graph: OnnxGraph, input: string): string {
  const letters = graph.node(
    'Tokenizer',
    [input],
    { mark: { int: 0 }, mincharnum: { int: 1 }, pad_value: { string: '0' }, separators: { strings: [''] } },
    RUNTIME_DOMAIN
  );
  const rows = graph.node('Slice', [graph.node('Shape', [letters]), graph.int64s([0]), graph.int64s([2])]);
  const shape = graph.node('Concat', [rows, graph.int64s([PADDING])], { axis: { int: 0 } });
  const zeros = graph.node('Expand', [graph.strings(['0']), shape]);
  const long = graph.node('Concat', [letters, zeros], { axis: { int: 2 } });
  const digits = graph.node('Gather', [long, graph.int64s([...DIGITS])], { axis: { int: 2 } });
  const numbers = graph.node('Cast', [digits], { to: { int: ElementType.FLOAT } });
  const flat = graph.node('Reshape', [numbers, graph.int64s([-1, DIGITS.length])]);
  const weights = new Float32Array(DIGITS.length * FIELDS);
  DIGIT_FIELDS.forEach(([field, weight], i) => (weights[i * FIELDS + field] = weight));
  return graph.node('MatMul', [flat, graph.floats(weights, [DIGITS.length, FIELDS])]);
}

/** The arithmetic of prep/calendar.ts as operators, on columns [rows, 1]. Whole numbers of this size are exact in float32. */
class Calendar {
  readonly #fields: string[];

  constructor(
    private readonly graph: OnnxGraph,
    fields: string
  ) {
    this.#fields = Array.from({ length: FIELDS }, (_, i) =>
      graph.node('Gather', [fields, graph.int64s([i])], { axis: { int: 1 } })
    );
  }

  numbers(part: DatePart): string[] {
    const [year, month, day, hour, minute] = this.#fields as [string, string, string, string, string];
    switch (part) {
      case 'year':
        return [year];
      case 'month':
        return [month];
      case 'day':
        return [day];
      case 'hour':
        return [hour];
      case 'minute':
        return [minute];
      case 'weekday': {
        const days = this.#plus(this.#dayNumber(year, month, day), 2);
        const weeks = this.#floor(days, 7);
        return [this.#plus(this.graph.node('Sub', [days, this.#times(weeks, 7)]), 1)];
      }
      case 'dayOfYear':
        return [this.#dayOfYear(year, month, day)];
      case 'season':
        return this.#onCircle(this.#dayOfYear(year, month, day), YEAR_DAYS);
      case 'timeOfDay':
        return this.#onCircle(this.graph.node('Add', [this.#times(hour, 60), minute]), DAY_MINUTES);
    }
  }

  #dayNumber(year: string, month: string, day: string): string {
    const { graph } = this;
    const early = graph.node('LessOrEqual', [month, this.#number(2)]);
    const y = graph.node('Where', [early, this.#plus(year, -1), year]);
    const m = graph.node('Where', [early, this.#plus(month, 9), this.#plus(month, -3)]);
    const centuries = graph.node('Sub', [this.#floor(y, 400), this.#floor(y, 100)]);
    const leaps = graph.node('Add', [this.#floor(y, 4), centuries]);
    const months = this.#floor(this.#plus(this.#times(m, 153), 2), 5);
    const whole = graph.node('Add', [graph.node('Add', [this.#times(y, 365), leaps]), months]);
    return this.#plus(graph.node('Add', [whole, day]), -1);
  }

  #dayOfYear(year: string, month: string, day: string): string {
    const first = this.#dayNumber(year, this.#number(1), this.#number(1));
    return this.#plus(this.graph.node('Sub', [this.#dayNumber(year, month, day), first]), 1);
  }

  #onCircle(value: string, round: number): string[] {
    const angle = this.#times(this.graph.node('Div', [value, this.#number(round)]), 2 * Math.PI);
    return [this.graph.node('Sin', [angle]), this.graph.node('Cos', [angle])];
  }

  #number(value: number): string {
    return this.graph.floats([value], [1, 1]);
  }

  #plus(value: string, by: number): string {
    return this.graph.node('Add', [value, this.#number(by)]);
  }

  #times(value: string, by: number): string {
    return this.graph.node('Mul', [value, this.#number(by)]);
  }

  /** Whole part of a quotient of whole numbers. */
  #floor(value: string, by: number): string {
    return this.graph.node('Floor', [this.graph.node('Div', [value, this.#number(by)])]);
  }
}
