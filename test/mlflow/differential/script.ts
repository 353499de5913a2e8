import { artifacts } from './artifacts.js';
import { models } from './models.js';
import { registry } from './registry.js';
import { searches } from './searches.js';
import type { Step } from './step.js';
import { tracking } from './tracking.js';

/** The whole script; later steps use what earlier ones made. */
export const script: readonly Step[] = [...tracking, ...searches, ...registry, ...models, ...artifacts];
