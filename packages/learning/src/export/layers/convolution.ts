import type { Attribute, OnnxGraph } from '@slipway/onnx/graph';
import { refuseActivation, writeActivation } from './activations.js';
import { numbers, only, transposed, weightsOf, type LayerConfig, type LayerConverter } from './converter.js';

/*
 * tfjs keeps channels last, ONNX channels first: every convolution is between two transpositions, of which ONNX
 * Runtime removes neighboring pairs.
 */

/** Order of axes that brings the channels to the front, for `spatial` dimensions; and the way back. */
export function channelsFirst(graph: OnnxGraph, value: string, spatial: number): string {
  const axes = Array.from({ length: spatial }, (_, i) => i + 1);
  return graph.node('Transpose', [value], { perm: { ints: [0, spatial + 1, ...axes] } });
}

export function channelsLast(graph: OnnxGraph, value: string, spatial: number): string {
  const axes = Array.from({ length: spatial }, (_, i) => i + 2);
  return graph.node('Transpose', [value], { perm: { ints: [0, ...axes, 1] } });
}

/** Strides and padding of a convolution or a pooling. */
export function window(config: LayerConfig, spatial: number): Record<string, Attribute> {
  return {
    strides: { ints: numbers(config['strides'] ?? 1, spatial) },
    ...(config['padding'] === 'same' ? { auto_pad: { string: 'SAME_UPPER' } } : {})
  };
}

/** Why channels or padding cannot be written, or null. */
export function refuseWindow(config: LayerConfig): string | null {
  if (config['dataFormat'] === 'channelsFirst') {
    return 'its channels come first';
  }
  const padding = config['padding'] ?? 'valid';
  return padding === 'same' || padding === 'valid' ? null : `its padding "${String(padding)}" has no ONNX form here`;
}

const refuse = (config: LayerConfig): string | null => refuseWindow(config) ?? refuseActivation(config);

function convolution(spatial: number): LayerConverter {
  return {
    refuse,
    write: ({ graph, layer, config, inputs }) => {
      const [kernel, bias] = weightsOf(layer);
      const order = [spatial + 1, spatial, ...Array.from({ length: spatial }, (_, i) => i)];
      const weights = graph.floats(
        transposed(kernel!.data, kernel!.shape, order),
        order.map(axis => kernel!.shape[axis]!)
      );
      const feeds = [channelsFirst(graph, inputs[0]!, spatial), weights];
      if (bias) {
        feeds.push(graph.floats(bias.data, bias.shape));
      }
      const dilations = { ints: numbers(config['dilationRate'] ?? 1, spatial) };
      const out = graph.node('Conv', feeds, { ...window(config, spatial), dilations });
      return writeActivation(graph, config, channelsLast(graph, out, spatial));
    }
  };
}

const depthwise: LayerConverter = {
  refuse,
  write: use => {
    const [kernel, bias] = weightsOf(use.layer);
    const first = channelsFirst(use.graph, only(use), 2);
    const out = writeDepthwise(use.graph, first, kernel!, bias?.data ?? null, window(use.config, 2));
    return writeActivation(use.graph, use.config, channelsLast(use.graph, out, 2));
  }
};

/** A kernel [height, width, channels, multiplier] as a grouped convolution on channels-first values. */
function writeDepthwise(
  graph: OnnxGraph,
  value: string,
  kernel: { data: Float32Array; shape: number[] },
  bias: Float32Array | null,
  attributes: Record<string, Attribute>
): string {
  const [height, width, channels, multiplier] = kernel.shape as [number, number, number, number];
  const weights = graph.floats(transposed(kernel.data, kernel.shape, [2, 3, 0, 1]), [
    channels * multiplier,
    1,
    height,
    width
  ]);
  const feeds = bias ? [value, weights, graph.floats(bias, [bias.length])] : [value, weights];
  return graph.node('Conv', feeds, { ...attributes, group: { int: channels } });
}

const separable: LayerConverter = {
  refuse,
  write: ({ graph, layer, config, inputs }) => {
    const [depth, point, bias] = weightsOf(layer);
    const first = channelsFirst(graph, inputs[0]!, 2);
    const inner = writeDepthwise(graph, first, depth!, null, window(config, 2));
    const order = [3, 2, 0, 1];
    const weights = graph.floats(
      transposed(point!.data, point!.shape, order),
      order.map(axis => point!.shape[axis]!)
    );
    const feeds = bias ? [inner, weights, graph.floats(bias.data, bias.shape)] : [inner, weights];
    return writeActivation(graph, config, channelsLast(graph, graph.node('Conv', feeds), 2));
  }
};

const transposedConvolution: LayerConverter = {
  refuse,
  write: ({ graph, layer, config, inputs }) => {
    const [kernel, bias] = weightsOf(layer);
    const order = [3, 2, 0, 1];
    const weights = graph.floats(
      transposed(kernel!.data, kernel!.shape, order),
      order.map(axis => kernel!.shape[axis]!)
    );
    const strides = numbers(config['strides'] ?? 1, 2);
    const sizes = [kernel!.shape[0]!, kernel!.shape[1]!];
    // tfjs gives input · stride ("same"), or that plus what of the kernel goes beyond the stride ("valid").
    const beyond = sizes.map((size, i) => Math.max(0, size - strides[i]!));
    const missing = sizes.map((size, i) => Math.max(0, strides[i]! - size));
    const cut = config['padding'] === 'same' ? beyond : [0, 0];
    const pads = [...cut.map(c => Math.floor(c / 2)), ...cut.map(c => Math.ceil(c / 2))];
    const feeds = [channelsFirst(graph, inputs[0]!, 2), weights];
    if (bias) {
      feeds.push(graph.floats(bias.data, bias.shape));
    }
    const out = graph.node('ConvTranspose', feeds, {
      strides: { ints: strides },
      pads: { ints: pads },
      output_padding: { ints: missing }
    });
    return writeActivation(graph, config, channelsLast(graph, out, 2));
  }
};

export const convolutionLayers: Readonly<Record<string, LayerConverter>> = {
  Conv1D: convolution(1),
  Conv2D: convolution(2),
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Conv2DTranspose: transposedConvolution
};
