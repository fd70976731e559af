/** A map that is empty nearly always, and then takes next to no room: each of many clients has some. */
export class BriefMap<V> {
  #entries: Map<number, V> | undefined;

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  get(key: number): V | undefined {
    return this.#entries?.get(key);
  }

  has(key: number): boolean {
    return this.#entries?.has(key) === true;
  }

  set(key: number, value: V): void {
    this.#entries ??= new Map();
    this.#entries.set(key, value);
  }

  /** Gives what was there, and forgets it. */
  take(key: number): V | undefined {
    const value = this.get(key);
    this.#entries?.delete(key);
    if (this.size === 0) this.#entries = undefined;
    return value;
  }

  /** The same for one, or for all. */
  takeAll(key: number | undefined): readonly V[] {
    if (key === undefined) {
      const taken = [...(this.#entries?.values() ?? [])];
      this.#entries = undefined;
      return taken;
    }
    const one = this.take(key);
    return one === undefined ? [] : [one];
  }

  all(): readonly (readonly [number, V])[] {
    return [...(this.#entries ?? [])];
  }
}
