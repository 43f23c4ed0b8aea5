/** What the simulated Rancher takes for each part of an upgrade: settings of the simulator, in milliseconds. */
export const TIMES = {
  processDelayMs: 20,
  stopMs: 100,
  replaceMs: 150,
  createMs: 100,
  pullMs: 0,
  startMs: 150,
  // Ready 10 ms before a poll: a timer that is late does not cost a whole poll more.
  healthMs: 190,
  pollMs: 50,
  settleMs: 280,
  finishMs: 50,
  cleanupMs: 300,
} as const;

export type RancherTimes = Readonly<Record<keyof typeof TIMES, number>>;

/** Milliseconds from the start of one container's upgrade until Rancher calls the service `upgraded`. */
export function upgradeMs(times: RancherTimes): number {
  const { processDelayMs, stopMs, replaceMs, createMs, pullMs, startMs, healthMs, pollMs, settleMs } = times;
  const untilHealthy = createMs + pullMs + startMs + healthMs;
  return processDelayMs + stopMs + replaceMs + Math.ceil(untilHealthy / pollMs) * pollMs + settleMs;
}

/**
 * Milliseconds in which so many services are upgraded and finished where nothing is lost between two of them: an upgrade
 * counts among those at once until Rancher has finished it.
 */
export function limitMs(matching: number, parallel: number, times: RancherTimes = TIMES): number {
  return Math.ceil(matching / parallel) * (upgradeMs(times) + times.finishMs);
}
