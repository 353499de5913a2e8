import type { AppOptions } from './app.js';
import type { PreflightRunner } from './delivery/releases/ports.js';
import { LocalReleaser } from './delivery/releases/local-releaser.js';
import { ensureSupervised } from './operate/supervisor/ensure-supervised.js';

/**
 * The ports of promotion on this machine: checks on a real service process, releases to processes that a supervisor
 * keeps. The checks, and the ONNX runtime with them, are loaded at the first preflight, so that the server starts fast.
 */
export function localPorts(dataFolder: string): Pick<AppOptions, 'preflight' | 'releaser'> {
  const preflight: PreflightRunner = {
    run: async (subject, onStep, signal) => {
      const { LocalPreflight } = await import('./delivery/preflight/runner.js');
      return new LocalPreflight(dataFolder).run(subject, onStep, signal);
    }
  };
  return { preflight, releaser: new LocalReleaser(dataFolder, () => ensureSupervised(dataFolder)) };
}
