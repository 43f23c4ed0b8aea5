/**
 * One piece of work for all who need it done. Who comes while it is under way waits for the next one, which then serves all
 * who have come meanwhile, unless what is under way still serves.
 */
export class SharedWork {
  private current: Promise<void> | null = null;
  private next: Promise<void> | null = null;

  constructor(
    private readonly work: () => Promise<void>,
    /** Whether the one under way serves somebody who comes now. */
    private readonly stillServes: () => boolean,
  ) {}

  /** Resolves or fails with the work that serves. */
  done(): Promise<void> {
    if (!this.current) return this.begin();
    if (this.stillServes()) return this.current;
    this.next ??= this.afterCurrent(this.current);
    return this.next;
  }

  private begin(): Promise<void> {
    const current = this.work().finally(() => {
      if (this.current === current) this.current = null;
    });
    this.current = current;
    return current;
  }

  private async afterCurrent(current: Promise<void>): Promise<void> {
    await current.catch(() => undefined);
    this.next = null;
    return this.done();
  }
}
