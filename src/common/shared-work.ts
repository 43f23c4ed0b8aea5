/**
 * One piece of work for all who need it done. Who comes while it is under way gets what comes of it, unless it cannot serve
 * any more: then they wait for the next one, which serves all who have come meanwhile.
 */
export class SharedWork<T = void> {
  private current: Promise<T> | null = null;
  private next: Promise<T> | null = null;

  constructor(
    private readonly work: () => Promise<T>,
    /** Whether the one under way serves somebody who comes now. */
    private readonly stillServes: () => boolean = () => true,
  ) {}

  /** Resolves or fails with the work that serves. */
  done(): Promise<T> {
    if (!this.current) return this.begin();
    if (this.stillServes()) return this.current;
    this.next ??= this.afterCurrent(this.current);
    return this.next;
  }

  private begin(): Promise<T> {
    const current = this.work().finally(() => {
      if (this.current === current) this.current = null;
    });
    this.current = current;
    return current;
  }

  private async afterCurrent(current: Promise<T>): Promise<T> {
    await current.catch(() => undefined);
    this.next = null;
    return this.done();
  }
}
