import { existsSync } from 'node:fs';

/** True when the machine has an NVIDIA GPU with its driver loaded. */
export function hasNvidiaGpu(): boolean {
  return existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidia0');
}
