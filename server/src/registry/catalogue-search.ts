import {
  searchEntities,
  type EntityField,
  type EntityQuery,
  type FieldValue
} from '../platform/store/search/conditions.js';
import type { CatalogueModel, CatalogueVersion } from './catalogue-reading.js';
import { isPrompt, PROMPT_TAG } from './prompts.js';

type Tagged = Pick<CatalogueModel, 'tags'>;

/** By name unless another order is given. */
export function searchModels(models: readonly CatalogueModel[], query: EntityQuery) {
  const { chosen, rest } = choosePrompts(models, query);
  return searchEntities(chosen, rest, (model, { entity, key }) => {
    if (entity === 'tag') {
      return tagOf(model, key);
    }
    return key === 'name' ? model.name : model.updated_at;
  });
}

/** The last changed first unless another order is given; ties go by name, and then by number, the newest first. */
export function searchVersions(versions: readonly CatalogueVersion[], query: EntityQuery) {
  const order =
    query.order.length > 0 ? query.order : [{ field: attribute('last_updated_timestamp'), descending: true }];
  const ties = [
    { field: attribute('name'), descending: false },
    { field: attribute('version_number'), descending: true }
  ];
  const { chosen, rest } = choosePrompts(versions, query);
  return searchEntities(chosen, { ...rest, order: [...order, ...ties] }, fieldOf);
}

function attribute(key: string): EntityField {
  return { entity: 'attribute', key };
}

function fieldOf(version: CatalogueVersion, { entity, key }: EntityField): FieldValue {
  if (entity === 'tag') {
    return tagOf(version, key);
  }
  switch (key) {
    case 'name':
      return version.name;
    case 'version_number':
      return version.version;
    case 'run_id':
      return version.run_id ?? '';
    case 'source_path':
      return version.source;
    case 'creation_timestamp':
      return version.created_at;
    default:
      return version.updated_at;
  }
}

/** Searches leave prompts out unless they ask for them. */
function choosePrompts<T extends Tagged>(
  entities: readonly T[],
  query: EntityQuery
): { chosen: T[]; rest: EntityQuery } {
  const isAboutPrompts = ({ field }: { readonly field: EntityField }): boolean =>
    field.entity === 'tag' && field.key === PROMPT_TAG;
  const asked = query.conditions.find(isAboutPrompts);
  const wantsPrompts =
    asked !== undefined && (asked.comparison === '=') === (String(asked.value).toLowerCase() === 'true');
  return {
    chosen: entities.filter(each => isPrompt(each.tags) === wantsPrompts),
    rest: { ...query, conditions: query.conditions.filter(condition => !isAboutPrompts(condition)) }
  };
}

function tagOf({ tags }: Tagged, key: string): string | null {
  return tags.find(tag => tag.key === key)?.value ?? null;
}
