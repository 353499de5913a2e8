import { spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT, setUp } from './set-up.mjs';
import { explain } from './terminal.mjs';

const args = process.argv.slice(2);
const HELP = `npm start -- [options]

Sets everything up (the first time takes a minute or two), then starts the metadata server, JupyterLab and every service
that was promoted before, and opens the example notebook. Ctrl-C ends all of it.

  --dir DIR      folder that JupyterLab opens; its data goes to DIR/.slipway (default: this clone)
  --port N       port of JupyterLab (default: 8888; the next free one is taken when it is in use)
  --no-browser   print the URL, but open no browser
  --run          execute the example without JupyterLab, print the service's URL and one prediction, and end
  --notebook F   with --run: another notebook than the example
`;

if (args.includes('--help') || args.includes('-h')) {
  console.log(HELP);
} else {
  try {
    console.log('Slipway');
    const environment = await setUp();
    start(environment);
  } catch (error) {
    process.exitCode = explain(error);
  }
}

/** Hands over to the product on the right Node; signals reach it through us. */
function start(environment) {
  const program = path.join(ROOT, 'server', 'bin', 'slipway.mjs');
  const child = spawn(environment.node(), [program, 'up', ...args], {
    stdio: 'inherit',
    cwd: process.env.INIT_CWD ?? process.cwd()
  });
  // A terminal sends Ctrl-C to both of us; the product ends its processes, and we wait for it.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.once('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
