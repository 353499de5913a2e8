import tseslint from 'typescript-eslint';
import jupyter from '@jupyter/eslint-plugin';

/* JupyterLab's own conventions, which hold for the extension only; what holds everywhere is in .oxlintrc.json. */
export default tseslint.config(
  { ignores: ['**/dist/', '**/lib/', '**/node_modules/'] },
  { files: ['extension/**/*.ts', 'extension/**/*.tsx'], languageOptions: { parser: tseslint.parser } },
  ...jupyter.configs.recommended.map(config => ({
    ...config,
    plugins: { jupyter },
    files: (config.files ?? []).map(pattern => `extension/${pattern}`)
  })),
  {
    files: ['extension/src/plugins/*.ts'],
    rules: {
      // The sidebars, the live connection and the icons are needed as soon as the page stands; pages, charts and the
      // Promote dialog are loaded when they are opened.
      'jupyter/prefer-lazy-imports': [
        'warn',
        {
          ignoreImports: [
            '../live/*',
            '../display/*',
            '../panels/*',
            '@slipway/client',
            '@slipway/contract',
            '@slipway/wording',
            'zod'
          ]
        }
      ]
    }
  },
  {
    // Sample entities of tests are no user interface.
    files: ['extension/testing/*.ts', 'extension/src/**/*.test.ts'],
    rules: { 'jupyter/no-untranslated-string': 'off' }
  }
);
