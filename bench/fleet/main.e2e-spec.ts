import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compileAll } from '../../test/harness/compiled.js';
import type { Course } from './course.js';
import type { Planning } from './planning.js';
import type { Judgement } from './targets.js';

/** What the simulated Rancher needs for an upgrade and its finish: both services are upgraded at once. */
const UPGRADE_MS = 1050;

/** The only target of so small a fleet. */
const REQUESTS = { name: '20/2: requests a service', most: 4 };

/** A part of another updater, which asks Rancher again and again. */
const ASKS_ON = `
  const { CATTLE_URL, CATTLE_ACCESS_KEY, CATTLE_SECRET_KEY } = process.env;
  const authorization = "Basic " + btoa(CATTLE_ACCESS_KEY + ":" + CATTLE_SECRET_KEY);
  setInterval(() => fetch(CATTLE_URL, { headers: { authorization } }).catch(() => undefined), 20);`;

interface Figures {
  readonly courses: readonly Course[];
  readonly planning: Planning | null;
  readonly judgements: readonly Judgement[];
}

interface Ended {
  readonly status: number;
  readonly output: string;
  readonly said: string;
}

describe('node build/bench/fleet/main.js', () => {
  const home = resolve('build', `bench-${process.pid}`);
  const json = join(home, 'figures.json');
  const small = ['--fleet', '20', '--matching', '2', '--warm-up', '1', '--pushes', '1', '--json', json];

  beforeAll(() => compileAll(home));

  afterAll(() => rmSync(home, { recursive: true }));

  async function bench(...args: readonly string[]): Promise<Ended> {
    const run = spawn(process.execPath, [join(home, 'build/bench/fleet/main.js'), ...args]);
    let output = '';
    let said = '';
    run.stdout.on('data', (chunk) => (output += String(chunk)));
    run.stderr.on('data', (chunk) => (said += String(chunk)));
    const [status] = await once(run, 'close');
    return { status: Number(status), output, said };
  }

  function figures(): Figures {
    return JSON.parse(readFileSync(json, 'utf8')) as Figures;
  }

  it('times a push of the service, and sees what it costs', async () => {
    const { status, output } = await bench(...small);

    const [course] = figures().courses;
    expect(course).toMatchObject({ services: 20, pairs: [{ matching: 2, limitMs: UPGRADE_MS }] });
    expect(course?.memory.peak).toBeGreaterThan(30);
    expect(course?.readyTraffic.sockets.open).toBe(5);
    const [push] = course?.pairs[0]?.pushes ?? [];
    expect(push).toMatchObject({ finished: 2, atOnce: 2, requests: { start: 2, finish: 2 } });
    expect(push?.firstStartMs).toBeGreaterThanOrEqual(0);
    expect(push?.lastFinishMs).toBeGreaterThan(900);
    expect(push?.traffic.bytesOut).toBeGreaterThan(1000);
    expect(push?.delay?.max).toBeGreaterThan(0);
    expect(output).toMatch(/^\| services \|/);
    expect(output).toContain('20/2: requests a service');
    expect(figures().judgements).toEqual([{ ...REQUESTS, value: expect.any(Number), isReached: true }]);
    expect(status).toBe(0);
  });

  it('times how long a push is planned that all services are candidates of, and how late the event loop is', async () => {
    const { status } = await bench(...small, '--candidates', '300');

    const { planning } = figures();
    expect(planning).toMatchObject({ candidates: 300, pushes: [{ queued: 0 }, { queued: 300 }] });
    for (const { plannedMs, delay } of planning?.pushes ?? []) {
      expect(plannedMs).toBeGreaterThan(1);
      expect(delay.max).toBeGreaterThan(0);
    }
    expect(status).toBe(0);
  });

  it('runs another updater, of which it sees what can be seen from outside, and says what it misses', async () => {
    const node = `'${process.execPath}'`;
    const updater = `${node} -e '${ASKS_ON}' & ${node} '${join(home, 'dist/main.js')}'`;

    const { status } = await bench(...small, '--updater', updater);

    expect(figures().judgements).toMatchObject([{ ...REQUESTS, isReached: false }]);
    expect(status).toBe(1);
    const [course] = figures().courses;
    expect(course?.pairs[0]?.pushes).toEqual([expect.objectContaining({ finished: 2, delay: null })]);
    expect(course?.memory.peak).toBeGreaterThan(30);
  });

  it('runs another updater in the folder that it was started in', async () => {
    const { said } = await bench(...small, '--updater', 'pwd; exit 7');

    expect(said).toContain(`has ended by itself (7): ${process.cwd()}\n`);
  });

  it('says why the updater has ended', async () => {
    expect(await bench(...small, '--updater', 'echo the disk is full; exit 7')).toMatchObject({
      status: 2,
      said: expect.stringContaining('has ended by itself (7): the disk is full'),
    });
  });

  it('says which fleet it leaves out before it starts anything', async () => {
    const { said } = await bench(...small, '--fleet', '10,20', '--matching', '5', '--updater', 'exit 7');

    expect(said).toMatch(/^(this machine is busy.*\n)?10 services are left out: .*\n20 services; /);
  });

  it('says what is wrong with its options', async () => {
    expect(await bench('--fleet', 'large')).toMatchObject({
      status: 2,
      said: expect.stringContaining('--fleet must be a whole number from 10'),
    });
  });
});
