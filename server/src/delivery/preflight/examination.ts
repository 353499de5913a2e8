import {
  BUNDLE_FILES,
  Evaluation,
  MODEL_TESTS_FILE,
  ModelTests,
  TestVectors,
  type Columns,
  type ModelSignature
} from '@slipway/contract';
import type { PromotionSubject } from '../releases/ports.js';
import { Model } from '@slipway/onnx/execution';
import { decodeColumns, type Outputs } from '@slipway/tensor-inputs';
import { Candidate } from './candidate.js';

/** Everything that the checks look at; made once per preflight, parts of it at first use. */
export class Examination {
  readonly subject: PromotionSubject;
  readonly candidate: Candidate;
  #model: Promise<Model> | undefined;
  #modelTests: Promise<ModelTests | null> | undefined;
  #vectors: Promise<TestVectors> | undefined;
  #evaluation: Promise<Evaluation | null> | undefined;

  private constructor(subject: PromotionSubject, candidate: Candidate) {
    this.subject = subject;
    this.candidate = candidate;
  }

  static async begin(dataFolder: string, subject: PromotionSubject): Promise<Examination> {
    return new Examination(subject, await Candidate.prepare(dataFolder, subject));
  }

  get signature(): ModelSignature {
    return this.subject.signature;
  }

  /** The exported graph, loaded from the bundle. */
  model(): Promise<Model> {
    this.#model ??= Model.load(this.candidate.bundleFolder);
    return this.#model;
  }

  vectors(): Promise<TestVectors> {
    this.#vectors ??= this.subject.bundle
      .read(BUNDLE_FILES.testVectors)
      .then(bytes => TestVectors.parse(JSON.parse(bytes.toString('utf8'))));
    return this.#vectors;
  }

  /** null: an imported model that came without test rows. */
  evaluation(): Promise<Evaluation | null> {
    const there = this.subject.bundle.files.some(file => file.path === BUNDLE_FILES.evaluation);
    this.#evaluation ??= there
      ? this.subject.bundle
          .read(BUNDLE_FILES.evaluation)
          .then(bytes => Evaluation.parse(JSON.parse(bytes.toString('utf8'))))
      : Promise.resolve(null);
    return this.#evaluation;
  }

  /** null: the bundle has none. */
  modelTests(): Promise<ModelTests | null> {
    const there = this.subject.bundle.files.some(file => file.path === MODEL_TESTS_FILE);
    this.#modelTests ??= there
      ? this.subject.bundle.read(MODEL_TESTS_FILE).then(bytes => ModelTests.parse(JSON.parse(bytes.toString('utf8'))))
      : Promise.resolve(null);
    return this.#modelTests;
  }

  /** The graph's answers for rows given as columns. */
  async answers(columns: Columns): Promise<Outputs> {
    const model = await this.model();
    const rows = decodeColumns(model.signature, columns, (input, row) => `${input}[${row ?? ''}]`);
    return model.predict(rows);
  }

  async end(): Promise<void> {
    const model = await this.#model?.catch(() => undefined);
    await model?.close();
    await this.candidate.dispose();
  }
}
