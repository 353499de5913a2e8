import tseslint from 'typescript-eslint';
import jupyter from '@jupyter/eslint-plugin';

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/lib/',
      '**/node_modules/',
      '.venv/',
      '.cache/',
      '.slipway/',
      'eslint.config.js',
      'vitest.config.ts'
    ]
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      curly: ['error', 'all'],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error'
    }
  },
  // JupyterLab's own conventions hold for the extension only.
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
