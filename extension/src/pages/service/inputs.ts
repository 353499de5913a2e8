import type { ModelSignature, SignatureInput } from '@slipway/contract';

/** What stands in the fields of the test form, by input name. */
export type InputTexts = Readonly<Record<string, string>>;

/** One row of named inputs, as `POST /predict` takes it. */
export type InputRow = Readonly<Record<string, number | string | boolean | null>>;

/** A value from the middle of what the model was trained on, rounded to three significant digits. */
export function defaultTexts(signature: ModelSignature): InputTexts {
  return Object.fromEntries(signature.inputs.map(input => [input.name, defaultText(input)]));
}

function defaultText({ datatype, range }: SignatureInput): string {
  switch (datatype) {
    case 'BOOL':
      return 'false';
    case 'BYTES':
      return '';
    case 'INT32':
    case 'INT64':
      return range === null ? '0' : String(Math.round((range.min + range.max) / 2));
    case 'FP32':
    case 'FP64':
      return range === null ? '0' : String(Number(((range.min + range.max) / 2).toPrecision(3)));
  }
}

/** The row that the texts mean. An empty field is a missing value; a text that is no number is sent as text. */
export function readInputs(signature: ModelSignature, texts: InputTexts): InputRow {
  return Object.fromEntries(signature.inputs.map(input => [input.name, readInput(input, texts[input.name] ?? '')]));
}

function readInput({ datatype }: SignatureInput, text: string): number | string | boolean | null {
  const trimmed = text.trim();
  switch (datatype) {
    case 'BYTES':
      return text === '' ? null : text;
    case 'BOOL':
      return trimmed === '' ? null : trimmed === 'true';
    case 'INT32':
    case 'INT64':
    case 'FP32':
    case 'FP64': {
      if (trimmed === '') {
        return null;
      }
      const value = Number(trimmed.replace(',', '.'));
      return Number.isFinite(value) ? value : trimmed;
    }
  }
}

/** The command that asks the service the same from a terminal. */
export function curlCommand(url: string, row: InputRow): string {
  const body = JSON.stringify(row).replaceAll("'", `'\\''`);
  return `curl -s ${url}/predict \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`;
}
