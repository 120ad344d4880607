/** Which of several comes next: strictly the highest priority, equals in turn. */

/** A set of members, each at a priority. `first` is O(1), the rest O(log number of priorities in use). */
export class Rounds<Member extends object> {
  readonly #levels = new Map<number, Set<Member>>();
  /** Priorities in use, ascending. */
  readonly #priorities: number[] = [];
  readonly #priorityOf = new Map<Member, number>();

  get size(): number {
    return this.#priorityOf.size;
  }

  has(member: Member): boolean {
    return this.#priorityOf.has(member);
  }

  /** All members, in no order that means anything. */
  [Symbol.iterator](): Iterator<Member> {
    return this.#priorityOf.keys();
  }

  /** Puts a new member behind its equals. One that is in at this priority keeps its place; at another it moves. */
  add(member: Member, priority: number): void {
    const before = this.#priorityOf.get(member);
    if (before === priority) return;
    if (before !== undefined) this.delete(member);
    this.#priorityOf.set(member, priority);
    const level = this.#levels.get(priority);
    if (level) {
      level.add(member);
      return;
    }
    this.#levels.set(priority, new Set([member]));
    this.#priorities.splice(this.#position(priority), 0, priority);
  }

  delete(member: Member): void {
    const priority = this.#priorityOf.get(member);
    if (priority === undefined) return;
    this.#priorityOf.delete(member);
    const level = this.#levels.get(priority);
    level?.delete(member);
    if (level?.size === 0) {
      this.#levels.delete(priority);
      this.#priorities.splice(this.#position(priority), 1);
    }
  }

  /** The one whose turn it is. */
  first(): Member | undefined {
    const highest = this.#priorities.at(-1);
    if (highest === undefined) return undefined;
    return this.#levels.get(highest)?.values().next().value;
  }

  /** `member` had its turn: it goes behind its equals. */
  rotate(member: Member): void {
    const priority = this.#priorityOf.get(member);
    if (priority === undefined) return;
    const level = this.#levels.get(priority);
    level?.delete(member);
    level?.add(member);
  }

  clear(): void {
    this.#levels.clear();
    this.#priorities.length = 0;
    this.#priorityOf.clear();
  }

  /** Where `priority` stands or would stand. */
  #position(priority: number): number {
    let low = 0;
    let high = this.#priorities.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#priorities[middle] as number) < priority) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
