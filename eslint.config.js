import tseslint from 'typescript-eslint';
import jupyter from '@jupyter/eslint-plugin';

export default tseslint.config(
  { ignores: ['**/dist/', '**/lib/', '**/node_modules/', '.venv/', '.cache/', '.slipway/', 'eslint.config.js'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error'
    }
  },
  { ...jupyter.configs.recommended, files: ['extension/src/**/*.ts', 'extension/src/**/*.tsx'] }
);
