import type { ColumnProfile, ModelSignature, SignatureInput } from '@slipway/contract';

/** What stands in the fields of the test form, by input name. */
export type InputTexts = Readonly<Record<string, string>>;

/** One row of named inputs, as `POST /predict` takes it. */
export type InputRow = Readonly<Record<string, number | string | boolean | null>>;

/**
 * What stands in the form at first, a typical row: the median or the most frequent value where the training data's
 * profile is known, else the middle of the training range.
 */
export function defaultTexts(signature: ModelSignature, profiles: readonly ColumnProfile[]): InputTexts {
  return Object.fromEntries(
    signature.inputs.map(input => [
      input.name,
      defaultText(
        input,
        profiles.find(({ name }) => name === input.name)
      )
    ])
  );
}

function defaultText({ datatype, range }: SignatureInput, profile: ColumnProfile | undefined): string {
  switch (datatype) {
    case 'BOOL':
      return 'false';
    case 'BYTES':
      return profile?.top[0]?.value ?? '';
    case 'INT32':
    case 'INT64':
      return String(Math.round(middle(range, profile)));
    case 'FP32':
    case 'FP64':
      return String(roundWithin(middle(range, profile), range));
  }
}

function middle(range: SignatureInput['range'], profile: ColumnProfile | undefined): number {
  return profile?.quartiles?.[1] ?? (range === null ? 0 : (range.min + range.max) / 2);
}

/** Rounded to what matters within the range: 0.0000104 between -1 and 1 is 0. */
function roundWithin(value: number, range: SignatureInput['range']): number {
  if (range === null || range.max === range.min) {
    return Number(value.toPrecision(3));
  }
  const decimals = Math.min(12, Math.max(0, 3 - Math.ceil(Math.log10(range.max - range.min))));
  return Number(value.toFixed(decimals));
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
