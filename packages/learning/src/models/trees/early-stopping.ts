import { Derivatives } from './histogram.js';
import { lossOf, type Loss } from './loss.js';
import { askTree, type Tree } from './tree.js';

/** Rows held back from the training, and when their loss ends it. */
export interface ValidationSettings {
  /** Row-major float32 [count, width]. */
  readonly rows: Float32Array;
  /** Values, or class indices. */
  readonly target: readonly number[];
  /** Rounds without a lower loss before the training stops. */
  readonly nIterNoChange: number;
  /** A loss that is lower by no more than this is not a lower one. */
  readonly tol: number;
}

/**
 * Follows the loss on rows held back, and tells when it no longer falls: none of the last `nIterNoChange` rounds is better than
 * the one before them (the rule of scikit-learn's HistGradientBoosting; the loss before the first round counts, too).
 */
export class EarlyStopping {
  /** The mean loss before the first round, and after each. */
  readonly #losses: number[];
  readonly #settings: ValidationSettings;
  readonly #width: number;
  readonly #loss: Loss;
  readonly #scores: readonly Float64Array[];
  readonly #derivatives: readonly Derivatives[];

  /** @param base for each series, the score without any tree. @param classes null for a regression. */
  constructor(settings: ValidationSettings, width: number, base: readonly number[], classes: number | null) {
    const { target } = settings;
    this.#settings = settings;
    this.#width = width;
    this.#loss = lossOf(Float64Array.from(target), classes);
    this.#scores = base.map(score => new Float64Array(target.length).fill(score));
    this.#derivatives = base.map(() => new Derivatives(target.length, this.#loss.largestHessian));
    this.#losses = [this.#meanLoss()];
  }

  /** Adds the trees of a round, one for each series. @returns the mean loss with them. */
  add(trees: readonly Tree[]): number {
    const { rows } = this.#settings;
    trees.forEach((tree, series) => {
      const scores = this.#scores[series]!;
      for (let row = 0; row < scores.length; row++) {
        scores[row]! += askTree(tree, rows, row * this.#width);
      }
    });
    const loss = this.#meanLoss();
    this.#losses.push(loss);
    return loss;
  }

  get isOver(): boolean {
    const { nIterNoChange, tol } = this.#settings;
    const before = this.#losses.at(-nIterNoChange - 1);
    return before !== undefined && this.#losses.slice(-nIterNoChange).every(loss => loss >= before - tol);
  }

  /** The number of rounds with the lowest loss, at least one; the first of equal ones. */
  get bestRounds(): number {
    const [, ...losses] = this.#losses;
    return losses.indexOf(losses.reduce((low, loss) => Math.min(low, loss), Infinity)) + 1;
  }

  #meanLoss(): number {
    const count = this.#settings.target.length;
    return this.#loss.derive(this.#scores, this.#derivatives, 0, count) / count;
  }
}
