/** How long the event loop may be held up at a time, in milliseconds, beyond what well-formed input took. */
const LIMIT_MS = 100;
const BEAT_MS = 2;

/**
 * Measures the longest turn of the event loop of this process. What counts is the lesser of the time that went by and of
 * the processor time that was used: a machine that is busy with something else makes the first longer, and the second is
 * that of several threads. The machine's own speed is in what well-formed input takes, which is measured first; and what
 * took too long is done again, for a garbage collection does not come twice with the same input.
 */
export class TurnWatch {
  private allowedMs = LIMIT_MS;

  /** Takes the longest turn in this work for what is usual here. */
  async calibrate(work: () => Promise<unknown>): Promise<void> {
    this.allowedMs = LIMIT_MS + (await longestTurn(work));
  }

  /** @throws Error where the loop was held up for too long, twice */
  async during(work: () => Promise<unknown>): Promise<void> {
    const first = await longestTurn(work);
    if (first <= this.allowedMs) return;
    const second = await longestTurn(work);
    if (second <= this.allowedMs) return;
    const times = [first, second, this.allowedMs].map(Math.round);
    throw new Error(`the event loop was held up for ${times[0]} and ${times[1]} ms; ${times[2]} are allowed`);
  }
}

async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let since = now();
  function beat(): void {
    const at = now();
    longest = Math.max(longest, Math.min(at.wallMs - since.wallMs, at.cpuMs - since.cpuMs) - BEAT_MS);
    since = at;
  }
  const timer = setInterval(beat, BEAT_MS);
  try {
    await work();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    clearInterval(timer);
  }
  beat();
  return longest;
}

function now(): { readonly wallMs: number; readonly cpuMs: number } {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
}
