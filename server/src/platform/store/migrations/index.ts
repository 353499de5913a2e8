import { tracking } from './0001-tracking.js';
import { notebook } from './0002-notebook.js';
import { catalogue } from './0003-catalogue.js';
import { mlflowRegistry } from './0004-mlflow-registry.js';
import { observedSessions } from './0005-observed-sessions.js';
import { loggedModelMetrics } from './0006-logged-model-metrics.js';
import { sharedDatabase } from './0007-shared-database.js';
import { access } from './0008-access.js';
import { retention } from './0010-retention.js';
import { webhooks } from './0009-webhooks.js';
import { cellOutputs } from './0011-cell-outputs.js';
import { cellWords } from './0012-cell-words.js';
import { cellFiles } from './0013-cell-files.js';
import { promotionServer } from './0014-promotion-server.js';
import { sharedArtifacts } from './0015-shared-artifacts.js';
import { verdictNames } from './0016-verdict-names.js';
import type { Migration } from './schema-dialect.js';

/** Every migration in the order in which it is applied. Append only. */
export const migrations: readonly Migration[] = [
  tracking,
  notebook,
  catalogue,
  mlflowRegistry,
  observedSessions,
  loggedModelMetrics,
  sharedDatabase,
  access,
  webhooks,
  retention,
  cellOutputs,
  cellWords,
  cellFiles,
  promotionServer,
  sharedArtifacts,
  verdictNames
];
