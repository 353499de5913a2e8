import type { EnvironmentName, ModelVersion } from '@slipway/contract';
import type { Store } from '../platform/store/store.js';

type Stage = ModelVersion['stage'];

/** MLflow's stages follow the environments; what was in a stage before is archived. */
export async function setStage(store: Store, version: ModelVersion, environment: EnvironmentName): Promise<void> {
  const stage = stageOf(environment);
  if (stage === undefined) {
    return;
  }
  await store.writes.transaction().execute(async transaction => {
    const { id } = await transaction
      .selectFrom('registered_model')
      .where('name', '=', version.name)
      .select('id')
      .executeTakeFirstOrThrow();
    const updated_at = Date.now();
    await transaction
      .updateTable('model_version')
      .set({ stage: 'Archived', updated_at })
      .where('model', '=', id)
      .where('stage', '=', stage)
      .execute();
    await transaction
      .updateTable('model_version')
      .set({ stage, updated_at })
      .where('model', '=', id)
      .where('version', '=', version.version)
      .execute();
  });
}

function stageOf(environment: EnvironmentName): Stage | undefined {
  switch (environment) {
    case 'production':
      return 'Production';
    case 'staging':
      return 'Staging';
    case 'dev':
      return undefined;
  }
}
