import { enableCompileCache } from 'node:module';
import { SideThread } from './side/side-thread.js';
import { messageOf } from '@slipway/wording';

/*
 * Entry of the kernel: `node --no-force-async-hooks-checks main.js {connection_file}`. The flag keeps Node alive when
 * the execution of a timer's callback is terminated by an interrupt.
 */
const [, , connectionFile] = process.argv;
if (!connectionFile) {
  console.error('Usage: node --no-force-async-hooks-checks main.js <connection file>');
  process.exit(2);
}
// Before anything large is loaded: the compiler then starts in half the time.
enableCompileCache();
const side = SideThread.launch(connectionFile);
const { startKernel } = await import('./start.js');
try {
  await startKernel(connectionFile, side);
} catch (error) {
  console.error(`The Slipway kernel could not start: ${messageOf(error)}`);
  process.exit(1);
}
