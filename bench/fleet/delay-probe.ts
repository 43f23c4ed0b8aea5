import type { Delay } from './push.js';

/** The loop is looked at so often, in milliseconds; what is late is late beyond that. */
const RESOLUTION_MS = 1;

/** Then the turn in which a start was sent has been seen, too. */
const SEEN_MS = 2;

const SCRIPT = `
import { subscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { writeSync } from 'node:fs';
const delay = monitorEventLoopDelay({ resolution: ${RESOLUTION_MS} });
let toStart = null;
let isStarted = false;
delay.enable();
subscribe('http.client.request.start', ({ request }) => {
  if (isStarted || request.method !== 'POST' || !request.path.includes('action=upgrade')) return;
  isStarted = true;
  setTimeout(() => { toStart = delay.max; }, ${SEEN_MS});
});
process.on('SIGUSR2', () => {
  writeSync(2, 'event loop delay ' + delay.percentile(99) + ' ' + delay.max + ' ' + (toStart ?? '-') + '\\n');
  delay.reset();
  toStart = null;
  isStarted = false;
});`;

/**
 * A module to be imported by the program that is measured: tells on SIGUSR2 how late its event loop was since the last, and how
 * late until it first asked for an upgrade of a service.
 */
export const DELAY_PROBE = `data:text/javascript,${encodeURIComponent(SCRIPT)}`;

/** Reads what the probe writes; null: the line is another. */
export function delayIn(line: string): Delay | null {
  const [, p99, max, toStart] = /^event loop delay (\d+) (\d+) (\d+|-)$/.exec(line) ?? [];
  if (p99 === undefined) return null;
  return { p99: late(p99), max: late(max), maxToStart: toStart === '-' ? null : late(toStart) };
}

function late(nanoseconds: string | undefined): number {
  return Math.max(0, Number(nanoseconds) / 1e6 - RESOLUTION_MS);
}
