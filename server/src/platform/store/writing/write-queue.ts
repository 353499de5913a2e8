/** What the queue hands its operations to: one transaction per call. */
export interface GroupCommit<Operation, Result> {
  /** Applies all operations in one transaction, and says for each how it went. */
  commit(operations: readonly Operation[]): Outcome<Result>[] | Promise<Outcome<Result>[]>;
  /** Resolves when the connection is free; `undefined` when it is free now. */
  whenFree(): Promise<void> | undefined;
  /** Gives the connection back after `whenFree`. */
  done(): void;
}

export type Outcome<Result> =
  | { readonly ok: true; readonly value: Result }
  | { readonly ok: false; readonly error: unknown };

interface Waiting<Operation, Result> {
  readonly operation: Operation;
  readonly resolve: (value: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Turns of the event loop without a new operation after which the group is committed. */
const QUIET_TURNS = 4;
const LONGEST_GATHER_MS = 1;
const LARGEST_GROUP = 512;

/**
 * Group commit: an fsync costs far more than a write, so operations that arrive within the same moment share one. A lone
 * client waits for a few empty turns of the event loop, which is microseconds.
 */
export class WriteQueue<Operation, Result> {
  readonly #target: GroupCommit<Operation, Result>;
  #waiting: Waiting<Operation, Result>[] = [];
  #gathering = false;

  constructor(target: GroupCommit<Operation, Result>) {
    this.#target = target;
  }

  /** Resolves with the operation's result when it is committed; rejects with its own error. */
  submit(operation: Operation): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject });
      if (!this.#gathering) {
        this.#gathering = true;
        this.#gather();
      }
    });
  }

  #gather(): void {
    const started = performance.now();
    let seen = 0;
    let quiet = 0;
    const turn = (): void => {
      if (this.#waiting.length > seen) {
        seen = this.#waiting.length;
        quiet = 0;
      } else {
        quiet += 1;
      }
      const enough = quiet >= QUIET_TURNS || seen >= LARGEST_GROUP || performance.now() - started > LONGEST_GATHER_MS;
      if (enough) {
        this.#flush();
      } else {
        setImmediate(turn);
      }
    };
    setImmediate(turn);
  }

  #flush(): void {
    const free = this.#target.whenFree();
    if (free === undefined) {
      this.#commit();
    } else {
      void free.then(() => this.#commit());
    }
  }

  #commit(): void {
    this.#gathering = false;
    const group = this.#waiting;
    this.#waiting = [];
    const fail = (error: unknown): void => {
      this.#target.done();
      group.forEach(waiting => waiting.reject(error));
    };
    const answer = (outcomes: readonly Outcome<Result>[]): void => {
      this.#target.done();
      group.forEach((waiting, index) => settle(waiting, outcomes[index]));
    };
    try {
      const outcomes = this.#target.commit(group.map(waiting => waiting.operation));
      if (outcomes instanceof Promise) {
        outcomes.then(answer, fail);
      } else {
        answer(outcomes);
      }
    } catch (error) {
      fail(error);
    }
  }
}

function settle<Result>(
  waiting: Pick<Waiting<unknown, Result>, 'resolve' | 'reject'>,
  outcome: Outcome<Result> | undefined
): void {
  if (outcome?.ok) {
    waiting.resolve(outcome.value);
  } else {
    waiting.reject(outcome?.error);
  }
}
