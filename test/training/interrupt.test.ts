import { expect, it, vi } from 'vitest';
import { KernelClient } from '../kernel/kernel-client.js';
import { notebookFolder, printed } from '../kernel/notebook.js';

it('an interrupt from the notebook ends a training and keeps what it learned', async () => {
  const kernel = await KernelClient.start(notebookFolder());
  try {
    const cell = kernel.submit(`
      import * as slip from 'slipway';
      process.env['SLIPWAY_BACKEND'] = 'wasm';
      const weather = await slip.data('weather', 'npm:vega-datasets/data/seattle-weather.csv', { time: 'date' });
      const { train, test } = await weather.split({ by: 'time', test: 0.2 });
      const prep = slip.prep().standardize('temp_max', 'temp_min', 'wind');
      console.log('training');
      const model = await slip.fit(slip.mlp({ hidden: [64, 64] }), { train, test, prep, target: 'weather', epochs: 100000, patience: 100000 });
      console.log('accuracy', model.metrics['accuracy']! > 0.4);`);
    const shown = (): string => JSON.stringify(cell.published.map(message => message.content));
    await vi.waitFor(() => expect(shown()).toContain('of 100000, about'), { timeout: 60_000 });
    await kernel.interrupt();
    await cell.done;
    expect(printed(cell)).toContain('accuracy true');
    expect(shown()).toContain('interrupted after epoch');
  } finally {
    await kernel.kill();
  }
});
