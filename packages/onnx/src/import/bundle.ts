import { createHash } from 'node:crypto';
import {
  BUNDLE_FILES,
  PROVENANCE_FILE,
  type BundleEnvironment,
  type BundleFile,
  type Evaluation
} from '@slipway/contract';
import { importCard } from './card.js';
import type { ImportedModel } from './import-onnx.js';

/** A bundle in memory: its files by name, their checksums, and the digest that names it. */
export interface BundleContents {
  readonly digest: string;
  readonly files: readonly BundleFile[];
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** Puts files together; nothing in a bundle depends on the time, so that the same files give the same digest. */
export function bundleOf(contents: ReadonlyMap<string, Uint8Array>): BundleContents {
  const files = [...contents]
    .map(([path, bytes]) => ({ path, sha256: sha256(bytes), size: bytes.length }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const list = files.map(file => `${file.sha256}  ${file.path}\n`).join('');
  return { digest: sha256(new TextEncoder().encode(list)), files, contents };
}

/** JSON as the files of bundles are written: a line for each value, but one for all numbers of a tensor. */
export function jsonFile(value: unknown): Uint8Array {
  return new TextEncoder().encode(written(value, '\n') + '\n');
}

function written(value: unknown, line: string): string {
  if (typeof value !== 'object' || value === null || isEmpty(value)) {
    return JSON.stringify(value);
  }
  const inner = `${line} `;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) =>
      Array.isArray(item) ? JSON.stringify(item) : written(item ?? null, inner)
    );
    return `[${inner}${items.join(`,${inner}`)}${line}]`;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const lines = entries.map(([key, item]) => `${JSON.stringify(key)}: ${written(item, inner)}`);
  return lines.length === 0 ? '{}' : `{${inner}${lines.join(`,${inner}`)}${line}}`;
}

function isEmpty(value: object): boolean {
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}

/**
 * The bundle of an imported model.
 *
 * @param evaluation how it did on test rows; null when there were none.
 * @param packages versions of what imported it.
 */
export function importedBundle(
  name: string,
  model: ImportedModel,
  evaluation: Evaluation | null,
  packages: Readonly<Record<string, string>>
): BundleContents {
  const { provenance, signature } = model;
  const environment: BundleEnvironment = {
    runtime: `node ${process.version}`,
    packages: { ...packages },
    backend: `imported from ${provenance.producer || 'an unnamed producer'}`,
    onnx: { opset: model.opset, ir_version: provenance.ir_version }
  };
  const metrics = Object.entries(evaluation?.metrics ?? {}).map(([key, value]) => `- ${key}: ${value}`);
  const card = importCard(name, signature, provenance, metrics);
  return bundleOf(
    new Map([
      [BUNDLE_FILES.model, model.onnx],
      [BUNDLE_FILES.signature, jsonFile(signature)],
      [BUNDLE_FILES.testVectors, jsonFile(model.testVectors)],
      ...(evaluation ? [[BUNDLE_FILES.evaluation, jsonFile(evaluation)] as const] : []),
      [BUNDLE_FILES.environment, jsonFile(environment)],
      [BUNDLE_FILES.card, new TextEncoder().encode(card)],
      [PROVENANCE_FILE, jsonFile(provenance)]
    ])
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
