import { channelsFirst, channelsLast, refuseWindow, window } from './convolution.js';
import { numbers, only, type LayerConverter } from './converter.js';

function pooling(operator: 'MaxPool' | 'AveragePool', spatial: number): LayerConverter {
  return {
    refuse: refuseWindow,
    write: ({ graph, config, inputs }) => {
      const size = numbers(config['poolSize'] ?? 2, spatial);
      const strides = numbers(config['strides'] ?? size, spatial);
      const first = channelsFirst(graph, inputs[0]!, spatial);
      const out = graph.node(operator, [first], {
        ...window({ ...config, strides }, spatial),
        kernel_shape: { ints: size }
      });
      return channelsLast(graph, out, spatial);
    }
  };
}

/** Over all places, on channels-last values; opset 17 has the axes as an attribute. */
function globalPooling(operator: 'ReduceMax' | 'ReduceMean', spatial: number): LayerConverter {
  return {
    refuse: config => (config['dataFormat'] === 'channelsFirst' ? 'its channels come first' : null),
    write: use => {
      const axes = Array.from({ length: spatial }, (_, i) => i + 1);
      return use.graph.node(operator, [only(use)], { axes: { ints: axes }, keepdims: { int: 0 } });
    }
  };
}

export const poolingLayers: Readonly<Record<string, LayerConverter>> = {
  MaxPooling1D: pooling('MaxPool', 1),
  MaxPooling2D: pooling('MaxPool', 2),
  AveragePooling1D: pooling('AveragePool', 1),
  AveragePooling2D: pooling('AveragePool', 2),
  GlobalMaxPooling1D: globalPooling('ReduceMax', 1),
  GlobalMaxPooling2D: globalPooling('ReduceMax', 2),
  GlobalAveragePooling1D: globalPooling('ReduceMean', 1),
  GlobalAveragePooling2D: globalPooling('ReduceMean', 2)
};
