import type { KernelCall, Value } from '../recording.js';
import { type Calls, valueOf } from './calls.js';

/** A rectifier whose values are read by a pool alone, there and back. */
interface Pooled {
  readonly before: Value;
  readonly pool: KernelCall;
  readonly gradients: readonly PooledGradient[];
}

/** The gradient of a pool, and the product with the gradient of the rectifier. */
interface PooledGradient {
  readonly call: KernelCall;
  readonly product: KernelCall;
}

/**
 * The largest of rectified values is the rectified largest, and where it is zero nothing goes back: the rectifier comes after
 * the pool, on as many numbers fewer as its windows are large.
 */
export function withPooledRectifiers(calls: Calls): KernelCall[] {
  const replaced = new Map<KernelCall, readonly KernelCall[]>();
  for (const call of calls.all) {
    const pooled = call.kernel === 'Relu' ? pooledBy(calls, call) : undefined;
    if (!pooled) {
      continue;
    }
    const { before, pool, gradients } = pooled;
    const [out] = pool.outputs;
    const largest: Value = { ...out!, name: `${out!.name}.largest` };
    replaced.set(pool, [
      { ...pool, inputs: { x: before }, outputs: [largest] },
      { kernel: 'Relu', inputs: { x: largest }, attributes: {}, outputs: [out!] }
    ]);
    for (const { call: gradient, product } of gradients) {
      const [above, step] = ['above', 'step'].map(name => ({ ...out!, name: `${product.outputs[0]!.name}.${name}` }));
      replaced.set(product, [
        { kernel: 'Step', inputs: { x: largest }, attributes: { alpha: 0 }, outputs: [step!] },
        { kernel: 'Multiply', inputs: { a: valueOf(gradient, 'dy')!, b: step! }, attributes: {}, outputs: [above!] },
        { ...gradient, inputs: { dy: above!, input: before, output: largest }, outputs: product.outputs }
      ]);
    }
  }
  return calls.all.flatMap(call => replaced.get(call) ?? [call]);
}

function pooledBy(calls: Calls, rectifier: KernelCall): Pooled | undefined {
  const before = valueOf(rectifier, 'x')!;
  const readers = calls.readers(rectifier.outputs[0]!);
  const pools = readers.filter(({ kernel }) => kernel === 'MaxPool');
  const gradients = readers
    .filter(({ kernel }) => kernel === 'MaxPoolGrad')
    .flatMap(call => {
      const product = calls.onlyReader(call.outputs[0]!);
      return product && isRectified(calls, product, call, before) ? [{ call, product }] : [];
    });
  const [pool] = pools;
  return pools.length === 1 && pools.length + gradients.length === readers.length
    ? { before, pool: pool!, gradients }
    : undefined;
}

/** Whether a product is that of the pool's gradient and the step of the values before the rectifier. */
function isRectified(calls: Calls, product: KernelCall, gradient: KernelCall, before: Value): boolean {
  const [a, b] = [valueOf(product, 'a'), valueOf(product, 'b')];
  const other = a?.name === gradient.outputs[0]!.name ? b : a;
  const step = calls.maker(calls.unshaped(other), 'Step');
  return (
    product.kernel === 'Multiply' &&
    step !== undefined &&
    ((step.attributes['alpha'] as number | undefined) ?? 0) === 0 &&
    valueOf(step, 'x')?.name === before.name
  );
}
