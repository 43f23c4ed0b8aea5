/** Durations in simulated milliseconds and the few server settings that change answers. */
export interface SimulatorSettings {
  /** From an accepted action until its process begins; until then `upgrade` still shows the previous upgrade. */
  readonly processDelayMs: number;
  readonly stopMs: number;
  /** From the end of the old container until the new one is created. */
  readonly replaceMs: number;
  readonly createMs: number;
  readonly pullMs: number;
  readonly startMs: number;
  readonly healthMs: number;
  /** From the last ready container until the state changes. */
  readonly settleMs: number;
  readonly finishMs: number;
  /** How long old containers can still be seen after a finished upgrade. */
  readonly cleanupMs: number;
  readonly cancelMs: number;
  readonly removeMs: number;
  readonly updateMs: number;
  /** From a container's error until the service shows it. */
  readonly errorReportMs: number;
  /** From the shown error until the next attempt; doubled after each six attempts, at most `retryMaxMs`. */
  readonly retryMs: number;
  readonly retryMaxMs: number;
  /** How long a wait lasts until the service names what it waits for (cattle: resource.monitor.default.wait.millis). */
  readonly waitMs: number;
  /** How long a container may stay unhealthy until it is replaced. */
  readonly unhealthyReplaceMs: number;
  readonly crashMs: number;
  readonly pollMs: number;
  /** Value of `X-Rancher-Version`. */
  readonly version: string;
  /** Whether paths outside the API show the web page (200) or Jetty's 404. */
  readonly ui: boolean;
  /** cattle: registry.default, put before images that name no registry. */
  readonly registryDefault: string | null;
  /** cattle: registry.whitelist; null allows every registry. */
  readonly registryWhitelist: readonly string[] | null;
  /** How often gathered changes go out to sockets (cattle: task.resource.change.publish.schedule). */
  readonly eventPeriodMs: number;
  /** cattle: api.sub.ping.interval.millis. */
  readonly pingMs: number;
  /** How long a socket lives (cattle: api.sub.max.pings × the interval). */
  readonly socketLifeMs: number;
  /** How many messages a reader may be behind (cattle: subscribe.max.queued.messages). */
  readonly socketQueue: number;
  /** How long one message may take to be accepted. */
  readonly socketBlockMs: number;
  /** From 0, not at all, to 9. */
  readonly gzipLevel: number;
  /** How many requests and changes the journal keeps; the oldest go first. */
  readonly journalLimit: number;
}

/** Near the recordings of a real server with simulated hosts: one container takes about 1.3 s. */
export const DEFAULT_SETTINGS: SimulatorSettings = {
  processDelayMs: 20,
  stopMs: 100,
  replaceMs: 400,
  createMs: 100,
  pullMs: 0,
  startMs: 150,
  healthMs: 300,
  settleMs: 500,
  finishMs: 100,
  cleanupMs: 300,
  cancelMs: 1000,
  removeMs: 1500,
  updateMs: 1000,
  errorReportMs: 900,
  retryMs: 13_400,
  retryMaxMs: 120_000,
  waitMs: 45_000,
  unhealthyReplaceMs: 120_000,
  crashMs: 2000,
  pollMs: 50,
  version: 'v1.6.30',
  ui: true,
  registryDefault: null,
  registryWhitelist: null,
  eventPeriodMs: 1000,
  pingMs: 5000,
  socketLifeMs: 43_200_000,
  socketQueue: 100,
  socketBlockMs: 1000,
  gzipLevel: 6,
  journalLimit: 100_000,
};
