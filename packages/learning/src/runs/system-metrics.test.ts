import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readGpuUse, SystemMetrics } from './system-metrics.js';

describe('system metrics of a run', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('are logged after five seconds and then every ten, until the run ends', async () => {
    const logged: [Record<string, number>, number][] = [];
    const metrics = new SystemMetrics((values, step) => logged.push([values, step]));
    await vi.advanceTimersByTimeAsync(4900);
    expect(logged).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(200);
    await vi.waitFor(() => expect(logged).toHaveLength(1));
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitFor(() => expect(logged).toHaveLength(2));
    metrics.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(logged.map(([, step]) => step)).toEqual([0, 1]);
    const [values] = logged[1]!;
    expect(values['system/cpu_utilization_percentage']).toBeGreaterThanOrEqual(0);
    expect(values['system/cpu_utilization_percentage']).toBeLessThanOrEqual(100);
    expect(values['system/system_memory_usage_megabytes']).toBeGreaterThan(10);
  });

  it('name each GPU, and leave out what a card does not tell', () => {
    expect(readGpuUse('0, 97, 1000, 4000, 251.3\n1, 0, 10, 4000, [N/A]\n')).toEqual({
      gpu_0_utilization_percentage: 97,
      gpu_0_memory_usage_megabytes: 1000,
      gpu_0_memory_usage_percentage: 25,
      gpu_0_power_usage_watts: 251.3,
      gpu_1_utilization_percentage: 0,
      gpu_1_memory_usage_megabytes: 10,
      gpu_1_memory_usage_percentage: 0.25
    });
  });
});
