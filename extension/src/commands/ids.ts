/** Ids of all commands. What they take is said where they are added. */
export const CommandIDs = {
  showRuns: 'slipway:show-runs',
  showDatasets: 'slipway:show-datasets',
  showRegistry: 'slipway:show-registry',
  openRun: 'slipway:open-run',
  openDataset: 'slipway:open-dataset',
  openModelVersion: 'slipway:open-model-version',
  openSession: 'slipway:open-session',
  openNotebookSession: 'slipway:open-notebook-session',
  exportSession: 'slipway:export-session',
  openService: 'slipway:open-service',
  openExample: 'slipway:open-example',
  showCell: 'slipway:show-cell',
  insertDatasetCell: 'slipway:insert-dataset-cell',
  promoteModel: 'slipway:promote-model',
  promoteFromNotebook: 'slipway:promote-from-notebook'
} as const;

/** Category of the commands in the palette. */
export const PALETTE_CATEGORY = 'Slipway';
