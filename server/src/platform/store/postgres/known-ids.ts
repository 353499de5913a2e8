/** Ids that never change once they are given, kept while they are few; what a rollback undid is not among them. */
export class KnownIds<K> {
  readonly #committed = new Map<K, number>();
  readonly #fresh = new Map<K, number>();
  readonly #most: number;

  /** @param most ids kept; beyond it all are forgotten. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: K): number | undefined {
    return this.#committed.get(key) ?? this.#fresh.get(key);
  }

  /** Of a transaction that may still be undone. */
  set(key: K, id: number): void {
    this.#fresh.set(key, id);
  }

  committed(): void {
    if (this.#committed.size + this.#fresh.size > this.#most) {
      this.#committed.clear();
    }
    for (const [key, id] of this.#fresh) {
      this.#committed.set(key, id);
    }
    this.#fresh.clear();
  }

  undone(): void {
    this.#fresh.clear();
  }
}
