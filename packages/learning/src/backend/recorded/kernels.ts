import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import type { Tf } from '../tfjs.js';
import type { NodeBackend, OpAttribute } from '../node-backend.js';

/**
 * Replaces tfjs-node's GatherV2, which reads the indices back to check them: TensorFlow checks them itself, and a step
 * with such a read cannot be recorded.
 */
export function installRecordableKernels(tf: Tf): void {
  tf.unregisterKernel('GatherV2', 'tensorflow');
  tf.registerKernel({ kernelName: 'GatherV2', backendName: 'tensorflow', kernelFunc: gather });

  function gather(call: { inputs: NamedTensorInfoMap; backend: unknown; attrs?: NamedAttrMap }): TensorInfo {
    const backend = call.backend as NodeBackend;
    const { binding } = backend;
    const { x, indices } = call.inputs as { x: TensorInfo; indices: TensorInfo };
    const { axis, batchDims } = call.attrs as unknown as { axis: number; batchDims: number };
    const type = (name: string, dtype: string): OpAttribute => ({
      name,
      type: binding.TF_ATTR_TYPE,
      value: backend.getDTypeInteger(dtype)
    });
    const along = tf.scalar(axis, 'int32');
    try {
      return backend.executeSingleOutput(
        'GatherV2',
        [
          { name: 'batch_dims', type: binding.TF_ATTR_INT, value: batchDims },
          type('Tparams', x.dtype),
          type('Tindices', indices.dtype),
          type('Taxis', 'int32')
        ],
        [x, indices, along]
      );
    } finally {
      along.dispose();
    }
  }
}
