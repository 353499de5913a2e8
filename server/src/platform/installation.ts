import path from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('..', import.meta.url));
const SERVER = path.dirname(BUILT);

/** The clone that everything was set up in. */
export const CLONE = path.dirname(SERVER);

/** The command `slipway`. */
export const PROGRAM = path.join(SERVER, 'bin', 'slipway.mjs');

/** Runs one service; bundled when this server is. */
export const SERVICE_PROGRAM = path.join(SERVER, 'serving', path.basename(BUILT) === 'lib' ? 'lib' : 'dist', 'main.js');

/** The commands of the npm packages. */
export const PACKAGE_PROGRAMS = path.join(CLONE, 'node_modules', '.bin');
