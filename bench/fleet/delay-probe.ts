import type { Delay } from './push.js';

/** The loop is looked at so often, in milliseconds; what is late is late beyond that. */
const RESOLUTION_MS = 1;

/** Then the turn in which a start was sent has been seen, too. */
const SEEN_MS = 2;

const SCRIPT = `
import { subscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openSync, readSync, writeSync } from 'node:fs';
const scheduled = openSync('/proc/thread-self/schedstat', 'r');
const text = Buffer.alloc(64);
const waitedMs = () => Number(text.toString('latin1', 0, readSync(scheduled, text, 0, 64, 0)).split(' ')[1]) / 1e6;
let held = 0;
let before = { at: performance.now(), waited: waitedMs() };
const look = () => {
  const now = { at: performance.now(), waited: waitedMs() };
  held = Math.max(held, now.at - before.at - (now.waited - before.waited));
  before = now;
};
setInterval(look, ${RESOLUTION_MS}).unref();
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
  look();
  const figures = [delay.percentile(99), delay.max, Math.round(held * 1e6), toStart ?? '-'];
  writeSync(2, 'event loop delay ' + figures.join(' ') + '\\n');
  delay.reset();
  held = 0;
  toStart = null;
  isStarted = false;
});`;

/**
 * A module to be imported by the program that is measured: tells on SIGUSR2 how late its event loop was since the last, how late it
 * was without the time for which the system let it wait for a processor, and how late until it first asked for an upgrade of a service.
 */
export const DELAY_PROBE = `data:text/javascript,${encodeURIComponent(SCRIPT)}`;

/** Reads what the probe writes; null: the line is another. */
export function delayIn(line: string): Delay | null {
  const [, p99, max, held, toStart] = /^event loop delay (\d+) (\d+) (\d+) (\d+|-)$/.exec(line) ?? [];
  if (p99 === undefined) return null;
  const maxToStart = toStart === '-' ? null : late(toStart);
  return { p99: late(p99), max: late(max), held: late(held), maxToStart };
}

function late(nanoseconds: string | undefined): number {
  return Math.max(0, Number(nanoseconds) / 1e6 - RESOLUTION_MS);
}
