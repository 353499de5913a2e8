import { kernelVersion, versionOf } from '../compiler/packages.js';

/** Version of the compiler that checks cells, from its manifest: loading it to ask takes too long at the start. */
const TYPESCRIPT_VERSION = versionOf('typescript');

/** Content of `kernel_info_reply`. */
export const kernelInfo = {
  status: 'ok',
  protocol_version: '5.4',
  implementation: 'slipway',
  implementation_version: kernelVersion,
  language_info: {
    name: 'typescript',
    version: TYPESCRIPT_VERSION,
    mimetype: 'text/typescript',
    file_extension: '.ts',
    pygments_lexer: 'typescript',
    nbconvert_exporter: 'script',
    // Notebook 6 reads the mode's options, JupyterLab the MIME type.
    codemirror_mode: { mode: 'typescript', name: 'javascript', typescript: true }
  },
  banner: `Slipway ${kernelVersion}: TypeScript ${TYPESCRIPT_VERSION} on Node ${process.version}`,
  help_links: []
} as const;
