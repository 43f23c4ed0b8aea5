import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { spawn } from 'node:child_process';
import { DELAY_PROBE, delayIn } from './delay-probe.js';

/** Blocks its loop for 60 ms when it is told to, then says so. */
const BLOCKING = `
process.on('SIGUSR1', () => {
  for (const end = performance.now() + 60; performance.now() < end;);
  setTimeout(() => console.log('blocked'), 5);
});
setInterval(() => undefined, 1000);
console.log('begun');`;

describe(delayIn, () => {
  it('hears what the probe tells of a program, from one signal to the next', async () => {
    const program = spawn(process.execPath, [`--import=${DELAY_PROBE}`, '--eval', BLOCKING]);
    const out = createInterface({ input: program.stdout });
    const heard = createInterface({ input: program.stderr });
    const told = async (signal: NodeJS.Signals, from = heard) => {
      const line = once(from, 'line');
      program.kill(signal);
      return String((await line)[0]);
    };
    await once(out, 'line');
    await told('SIGUSR2');
    await told('SIGUSR1', out);
    const delay = delayIn(await told('SIGUSR2'));
    program.kill();

    expect(delay?.max).toBeGreaterThan(50);
    expect(delay?.max).toBeLessThan(1000);
    expect(delay?.p99).toBeLessThanOrEqual(delay?.max ?? 0);
  });

  it('hears nothing in a line of the log', () => {
    expect(delayIn('{"message":"event loop delay 1 2"}')).toBeNull();
  });
});
