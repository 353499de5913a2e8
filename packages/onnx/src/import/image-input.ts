import { OnnxImportError } from './errors.js';
import type { GraphNode } from '../wire/graph-nodes.js';
import type { ModelDraft } from './model-draft.js';
import type { PixelOptions } from './options.js';
import { ElementType } from '../wire/value-info.js';

/** How pixels from 0 to 255, channels last, become what the file's own input takes. */
export interface PixelPlan {
  /** Shape of an image as services take it. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Where the file has its channels. */
  readonly channelsFirst: boolean;
  readonly divide: number;
  /** One number, or one for each channel. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * Reads the layout of an image input from its shape, [channels, height, width] as PyTorch has it or [height, width, channels],
 * and what its pixels are to be from the user's options.
 *
 * @param row shape of one row in the file. @param element type of its numbers.
 * @throws OnnxImportError ONNX_UNSUPPORTED for rows that are not images, IMPORT_UNCLEAR for options that do not fit them.
 */
export function planPixels(
  input: string,
  row: readonly number[],
  element: number,
  { divide, mean = 0, std = 1 }: PixelOptions
): PixelPlan {
  const isChannels = (size: number | undefined): boolean => size === 1 || size === 3;
  const [first, , last] = row;
  if (row.length !== 3 || (!isChannels(first) && !isChannels(last))) {
    throw new OnnxImportError(
      'ONNX_UNSUPPORTED',
      `The input "${input}" takes [${row.join(', ')}] in each row, which is not an image of 1 or 3 channels.`,
      { remedy: 'Leave out `image`: services then take its numbers as they are.' }
    );
  }
  const channelsFirst = isChannels(first);
  const [channels, height, width] = channelsFirst ? row : [row[2], row[0], row[1]];
  const isFloat = element === ElementType.FLOAT;
  const plan: PixelPlan = {
    shape: [height!, width!, channels!],
    channelsFirst,
    divide: divide ?? (isFloat ? 255 : 1),
    mean: [mean].flat(),
    std: [std].flat()
  };
  const lengths = [plan.mean.length, plan.std.length];
  if (lengths.some(length => length !== 1 && length !== channels) || [plan.divide, ...plan.std].some(n => !(n > 0))) {
    throw new OnnxImportError(
      'IMPORT_UNCLEAR',
      `${channels}-channel pixels cannot be scaled as (pixel / ${plan.divide} − [${plan.mean.join(', ')}]) / [${plan.std.join(', ')}].`,
      {
        remedy:
          'Give divide, mean and std as one number each, or mean and std one for each channel; none but mean may be 0.'
      }
    );
  }
  if (!isFloat && !isPlain(plan)) {
    throw new OnnxImportError(
      'ONNX_UNSUPPORTED',
      `The input "${input}" takes whole numbers as pixels, which must not be scaled.`,
      { remedy: 'Leave out divide, mean and std.' }
    );
  }
  return plan;
}

function isPlain({ divide, mean, std }: PixelPlan): boolean {
  return divide === 1 && mean.every(n => n === 0) && std.every(n => n === 1);
}

/** Nodes that make the file's own input `to` of pixels `from`. */
export function pixelNodes(draft: ModelDraft, plan: PixelPlan, from: string, to: string): GraphNode[] {
  const nodes: GraphNode[] = [];
  let value = from;
  const add = (
    operator: string,
    inputs: readonly string[],
    attributes: Record<string, number | number[]> = {}
  ): void => {
    const output = draft.freshName(`${to}_${operator.toLowerCase()}`);
    nodes.push(draft.node(operator, inputs, output, attributes));
    value = output;
  };
  const scaled = (operator: string, numbers: readonly number[], neutral: number): void => {
    if (numbers.every(number => number === neutral)) {
      return;
    }
    const constant = draft.freshName(`${to}_constant`);
    nodes.push(draft.constant(constant, numbers, [numbers.length], 'float'));
    add(operator, [value, constant]);
  };
  scaled('Div', [plan.divide], 1);
  scaled('Sub', plan.mean, 0);
  scaled('Div', plan.std, 1);
  if (plan.channelsFirst) {
    add('Transpose', [value], { perm: [0, 3, 1, 2] });
  }
  nodes.push(draft.node('Identity', [value], to));
  return nodes;
}

/** One image as the file takes it, computed apart from the graph, in float32 as there. */
export function asFileTakes(
  pixels: readonly number[],
  { shape, channelsFirst, divide, mean, std }: PixelPlan
): number[] {
  const [height, width, channels] = shape;
  const scaled = pixels.map((pixel, i) => {
    const [from, by] = [mean[(i % channels) % mean.length]!, std[(i % channels) % std.length]!];
    const centred = Math.fround(Math.fround(pixel / Math.fround(divide)) - Math.fround(from));
    return Math.fround(centred / Math.fround(by));
  });
  if (!channelsFirst) {
    return scaled;
  }
  const area = height * width;
  return Array.from({ length: scaled.length }, (_, i) => scaled[(i % area) * channels + Math.floor(i / area)]!);
}

/** What was done, in words. */
export function pixelEdit(input: string, plan: PixelPlan): string {
  const sum = [
    ...(plan.divide === 1 ? [] : [`divides them by ${plan.divide}`]),
    ...(plan.mean.every(n => n === 0) ? [] : [`subtracts ${plan.mean.join(', ')}`]),
    ...(plan.std.every(n => n === 1) ? [] : [`divides them by ${plan.std.join(', ')}`]),
    ...(plan.channelsFirst ? ['puts the channels first'] : [])
  ];
  const does = sum.length === 0 ? 'takes them as they are' : sum.join(', ');
  return `The input ${input} takes images of ${plan.shape.join('×')}, pixels from 0 to 255; the graph ${does}.`;
}
