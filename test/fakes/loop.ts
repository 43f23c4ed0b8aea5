/** Counts the turns of the event loop from now on. Must be stopped. */
export class Loop {
  turns = 0;
  private next = setImmediate(() => this.turn());

  stop(): void {
    clearImmediate(this.next);
  }

  private turn(): void {
    this.turns += 1;
    this.next = setImmediate(() => this.turn());
  }
}

/** How many turns everything else has while the work is done. */
export async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  const loop = new Loop();
  try {
    await work();
  } finally {
    loop.stop();
  }
  return loop.turns;
}
