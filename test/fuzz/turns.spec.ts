import { describe, expect, it } from '@jest/globals';
import { TurnWatch } from './turns.js';

/** Works for so long, whatever else the machine does meanwhile. */
function busy(ms: number): void {
  const before = process.cpuUsage();
  for (let used = 0; used < ms * 1000;) {
    const { user, system } = process.cpuUsage(before);
    used = user + system;
  }
}

describe(TurnWatch, () => {
  it('sees that the event loop is held up', async () => {
    const watch = new TurnWatch();

    await expect(watch.during(async () => busy(600))).rejects.toThrow('the event loop was held up for');
  });

  it('does not mind work in many turns, nor what happens once', async () => {
    const watch = new TurnWatch();
    let times = 0;

    await watch.during(async () => {
      if (times++ === 0) busy(600);
      for (let turn = 0; turn < 20; turn += 1) {
        busy(10);
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    });

    expect(times).toBe(2);
  });
});
