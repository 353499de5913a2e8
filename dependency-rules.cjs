/**
 * The import rules of docs/architecture.md. Apps stand on packages, packages on the contract; inside the server faces use areas,
 * and areas use the platform.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
const SOURCES = '^(packages/[^/]+|server|server/serving|kernel-lib|extension)/src/';
const AREAS = '^server/src/(tracking|registry|delivery|governance|monitoring|jobs)/';

/** Folders of another workspace, as sources or compiled. */
const appsBut = own =>
  ['extension', 'kernel-lib', 'server/serving', 'server']
    .filter(app => app !== own)
    .map(app => `^${app}/(src|dist|lib)/`);

module.exports = {
  forbidden: [
    {
      name: 'no-circle-of-values',
      comment: 'Modules that need each other at run time depend on the order in which they are loaded.',
      severity: 'error',
      from: { path: SOURCES },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }
    },
    {
      name: 'type-circles-inside-a-folder-only',
      comment: 'Types of one folder may name each other; folders may not.',
      severity: 'error',
      from: { path: '^(.+)/[^/]+$' },
      to: { circular: true, via: { pathNot: '^$1/[^/]+$' } }
    },
    {
      name: 'contract-on-zod-only',
      severity: 'error',
      from: { path: '^packages/contract/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^packages/contract/src/', '^node_modules/zod/'] }
    },
    {
      name: 'packages-import-no-app',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '\\.test\\.ts$' },
      to: { path: appsBut('') }
    },
    ...['extension', 'kernel-lib', 'server/serving'].map(app => ({
      name: `${app.replace('/', '-')}-imports-no-other-app`,
      severity: 'error',
      from: { path: `^${app}/src/`, pathNot: '\\.test\\.tsx?$' },
      to: { path: appsBut(app) }
    })),
    {
      name: 'server-imports-no-other-app',
      severity: 'error',
      from: { path: '^server/src/', pathNot: '\\.test\\.ts$' },
      to: { path: appsBut('server') }
    },
    {
      name: 'workspaces-by-their-name',
      comment: 'A relative path into another workspace goes round what it exports.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/[^/]+/src/', pathNot: '^packages/$1/src/' }
    },
    {
      name: 'areas-know-no-face',
      severity: 'error',
      from: { path: [AREAS, '^server/src/platform/'] },
      to: { path: '^server/src/(faces|operate)/' }
    },
    {
      name: 'platform-knows-no-area',
      severity: 'error',
      from: { path: '^server/src/platform/', pathNot: '\\.test\\.ts$' },
      to: { path: AREAS }
    },
    {
      name: 'faces-know-no-operation',
      severity: 'error',
      from: { path: '^server/src/faces/' },
      to: { path: '^server/src/operate/' }
    },
    {
      name: 'faces-never-each-other',
      severity: 'error',
      from: { path: '^server/src/faces/(http|mlflow)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^server/src/faces/(http|mlflow)/', pathNot: '^server/src/faces/$1/' }
    },
    {
      name: 'sql-in-the-store-only',
      comment: "Only the store knows a dialect. The import from MLflow reads MLflow's own database.",
      severity: 'error',
      from: {
        path: '^server/src/',
        pathNot: ['^server/src/platform/store/', '^server/src/operate/mlflow-import/', '\\.test\\.ts$']
      },
      to: { path: ['^node:sqlite$', '^node_modules/(pg|@types/pg)/', '^server/src/platform/store/(sqlite|postgres)/'] }
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      from: { path: SOURCES, pathNot: '\\.test\\.tsx?$' },
      to: { path: ['\\.test\\.tsx?$', '/testing/', '^test/', '^node_modules/(vitest|fast-check)/'] }
    },
    {
      name: 'no-orphan',
      comment: 'Nobody imports it, and nothing starts it.',
      severity: 'error',
      from: {
        orphan: true,
        path: SOURCES,
        pathNot: ['\\.test\\.tsx?$', '\\.d\\.ts$']
      },
      to: {}
    }
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    exclude: { path: '(^|/)(\\.cache|\\.venv)/' },
    doNotFollow: { path: ['^node_modules', '/(dist|lib)/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'default', 'require', 'node']
    }
  }
};
