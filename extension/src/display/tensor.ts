import type { SignatureInput } from '@slipway/contract';

/** Shape of one row of an input that is a tensor; null for one value. */
export function tensorShape({ shape }: SignatureInput): readonly number[] | null {
  return shape.length > 2 || (shape[1] ?? 1) > 1 ? shape.slice(1) : null;
}

/** Type of an input as a table shows it, e.g. FP32, or FP32 28×28×1. */
export function inputTypeText(input: SignatureInput): string {
  const shape = tensorShape(input);
  return shape === null ? input.datatype : `${input.datatype} ${shape.join('×')}`;
}
