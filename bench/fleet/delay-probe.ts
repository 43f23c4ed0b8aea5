import type { Delay } from './push.js';

/** The loop is looked at so often, in milliseconds; what is late is late beyond that. */
const RESOLUTION_MS = 1;

const SCRIPT = `
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { writeSync } from 'node:fs';
const delay = monitorEventLoopDelay({ resolution: ${RESOLUTION_MS} });
delay.enable();
process.on('SIGUSR2', () => {
  writeSync(2, 'event loop delay ' + delay.percentile(99) + ' ' + delay.max + '\\n');
  delay.reset();
});`;

/** A module to be imported by the program that is measured: tells on SIGUSR2 how late its event loop was since the last. */
export const DELAY_PROBE = `data:text/javascript,${encodeURIComponent(SCRIPT)}`;

/** Reads what the probe writes; null: the line is another. */
export function delayIn(line: string): Delay | null {
  const [, p99, max] = /^event loop delay (\d+) (\d+)$/.exec(line) ?? [];
  return p99 === undefined ? null : { p99: late(p99), max: late(max) };
}

function late(nanoseconds: string | undefined): number {
  return Math.max(0, Number(nanoseconds) / 1e6 - RESOLUTION_MS);
}
