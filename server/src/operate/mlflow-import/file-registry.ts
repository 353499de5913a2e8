import path from 'node:path';
import { z } from 'zod';
import { DELETED_STAGE, stageOf, type ForeignModel, type ForeignVersion } from './foreign-store.js';
import { foldersIn, filesBelow, readMeta, readPairs } from './store-files.js';
import { readFile } from 'node:fs/promises';

const optionalText = z
  .string()
  .nullish()
  .transform(value => value ?? '');

const Model = z.object({
  name: z.coerce.string(),
  description: optionalText,
  creation_timestamp: z.number().int(),
  last_updated_timestamp: z.number().int()
});
const Version = z.object({
  version: z.coerce.number().int(),
  current_stage: z.string().nullish(),
  description: optionalText,
  creation_timestamp: z.number().int(),
  last_updated_timestamp: z.number().int(),
  source: optionalText,
  storage_location: optionalText,
  run_id: z.string().nullish(),
  run_link: optionalText,
  model_id: z.string().nullish()
});

/** The registered models of a file store. @param folder its folder `models`. */
export async function* readModels(folder: string): AsyncIterable<ForeignModel> {
  for (const name of await foldersIn(folder)) {
    const own = path.join(folder, name);
    const model = await readMeta(own, Model);
    if (model !== undefined) {
      yield {
        name: model.name,
        description: model.description,
        created_at: model.creation_timestamp,
        updated_at: model.last_updated_timestamp,
        tags: await readPairs(path.join(own, 'tags')),
        aliases: await readAliases(path.join(own, 'aliases')),
        versions: await readVersions(own)
      };
    }
  }
}

async function readAliases(folder: string): Promise<{ alias: string; version: number }[]> {
  const files = await filesBelow(folder);
  return Promise.all(
    files.map(async alias => ({ alias, version: Number(await readFile(path.join(folder, alias), 'utf8')) }))
  );
}

async function readVersions(folder: string): Promise<ForeignVersion[]> {
  const versions: ForeignVersion[] = [];
  for (const name of (await foldersIn(folder)).filter(each => each.startsWith('version-'))) {
    const own = path.join(folder, name);
    const version = await readMeta(own, Version);
    if (version !== undefined) {
      versions.push({
        version: version.version,
        stage: stageOf(version.current_stage ?? null),
        deleted: version.current_stage === DELETED_STAGE,
        description: version.description,
        created_at: version.creation_timestamp,
        updated_at: version.last_updated_timestamp,
        source: version.source,
        location: version.storage_location || version.source,
        run_id: version.run_id || null,
        run_link: version.run_link,
        logged_model: version.model_id || null,
        tags: await readPairs(path.join(own, 'tags'))
      });
    }
  }
  return versions.sort((a, b) => a.version - b.version);
}
