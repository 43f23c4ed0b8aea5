import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { DELAY_PROBE, delayIn } from './delay-probe.js';
import type { Delay } from './push.js';

/** Does what it is told: blocks its loop for so many milliseconds, or asks for something; then says so. */
const PROGRAM = `
import { request } from 'node:http';
import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const [what, argument] = line.split(' ');
  if (what === 'block') for (const end = performance.now() + Number(argument); performance.now() < end;);
  else request({ host: '127.0.0.1', port: 9, method: what, path: argument }).on('error', () => undefined).end();
  setTimeout(() => console.log('done'), 10);
});
console.log('begun');`;

/** Keeps a processor busy. */
const BUSY = 'while :; do :; done';

const START = 'POST /v2-beta/projects/1a5/services/1s7?action=upgrade';

/** What is late is told from the time between two ticks: there has to be one before. */
const SOME_TICKS = Array.from({ length: 5 }, () => 'block 0');

/** What the probe tells of a program that does all this, since just before. */
async function delayOf(...orders: readonly string[]): Promise<Delay | null> {
  const args = [`--import=${DELAY_PROBE}`, '--input-type=module', '--eval', PROGRAM];
  const program = spawn(process.execPath, args);
  const out = createInterface({ input: program.stdout });
  const heard = createInterface({ input: program.stderr });
  const told = async () => {
    const line = once(heard, 'line');
    program.kill('SIGUSR2');
    return delayIn(String((await line)[0]));
  };
  await once(out, 'line');
  await told();
  for (const order of [...SOME_TICKS, ...orders]) {
    program.stdin.write(`${order}\n`);
    await once(out, 'line');
  }
  const delay = await told();
  program.kill();
  return delay;
}

describe(delayIn, () => {
  it('hears what the probe tells of a program, from one signal to the next', async () => {
    const delay = await delayOf('block 60');

    expect(delay?.max).toBeGreaterThan(50);
    expect(delay?.max).toBeLessThan(1000);
    expect(delay?.p99).toBeLessThanOrEqual(delay?.max ?? 0);
    expect(delay?.held).toBeGreaterThan(10);
    expect(delay?.held).toBeLessThan(1000);
  });

  it('leaves out for how long others had the processors', async () => {
    const others = Array.from({ length: 2 * availableParallelism() }, () => spawn('sh', ['-c', BUSY]));
    try {
      const delay = await delayOf('block 500');

      expect(delay?.max).toBeGreaterThan(490);
      expect(delay?.held).toBeLessThan(450);
    } finally {
      for (const other of others) other.kill();
    }
  });

  it('hears how late the program was until it first started an upgrade, and not how late afterwards', async () => {
    const delay = await delayOf('block 60', START, 'block 1500', START);

    expect(delay?.maxToStart).toBeGreaterThan(50);
    expect(delay?.maxToStart).toBeLessThan(1000);
    expect(delay?.max).toBeGreaterThan(1400);
  });

  it('hears that nothing was started', async () => {
    const others = ['GET /v2-beta/projects/1a5/services/1s7', START.replace('upgrade', 'finishupgrade')];

    expect(await delayOf('block 60', ...others)).toMatchObject({ maxToStart: null });
  });

  it('hears nothing in a line of the log', () => {
    expect(delayIn('{"message":"event loop delay 1 2 3"}')).toBeNull();
  });
});
