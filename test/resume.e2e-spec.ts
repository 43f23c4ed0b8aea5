import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Program, type ProgramRun } from './harness/program.js';
import { outcomeFrom, STAGES, type Trial, tryAll } from './harness/trials.js';
import { SPEED, World } from './harness/world.js';

/** So long that a stop finds services that are finishing. */
const SIMULATOR = { settings: { finishMs: 30_000 } };

/** Of a reply that comes late only a service that stops in peace gets hold. */
const stages = STAGES.filter((stage) => stage !== 'asking to upgrade, late');

/** Lets what was held go on, and answers what came of it. */
function goOn(trials: readonly Trial[]): Promise<readonly unknown[]> {
  for (const trial of trials) trial.goOn();
  return Promise.all(trials.map((trial) => trial.outcome()));
}

describe('the service, stopped and started again on its data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'resume-'));
  let world: World;
  let stopMs = 0;
  let trials: readonly Trial[] = [];

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_DATA_DIR: folder }, simulator: SIMULATOR });
    trials = await tryAll(world, stages);
    const before = performance.now();
    await world.stopService();
    stopMs = performance.now() - before;
    for (const trial of trials) trial.goOn();
    await world.startService();
  });

  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  it('has stopped within ten seconds, whatever it was waiting for', () => {
    expect(stopMs * SPEED).toBeLessThan(12_000);
  });

  it.each(stages.map((stage, index) => [stage, index] as const))(
    'carries out once what was %s',
    async (stage, index) => {
      expect(await trials[index]?.outcome()).toEqual(outcomeFrom(stage));
    },
  );
});

describe('the real program', () => {
  let program: Program;
  let world: World;
  let folder: string;
  let last: ProgramRun;

  beforeAll(() => {
    program = Program.compile('resume');
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'resume-'));
    world = await World.start({ isServed: false, simulator: SIMULATOR });
  });

  afterEach(async () => {
    await last.stop('SIGKILL');
    await world.close();
    rmSync(folder, { recursive: true });
  });

  afterAll(() => program.remove());

  async function start(): Promise<ProgramRun> {
    last = program.start({
      ...world.variables,
      AUTOUPDATE_DATA_DIR: folder,
      AUTOUPDATE_MAX_PARALLEL: '20',
    });
    world.url = await last.address();
    return last;
  }

  it('goes on where it was killed', async () => {
    const killed = await start();
    const trials = await tryAll(
      world,
      stages.filter((stage) => stage !== 'asking to upgrade, in vain'),
    );
    const { status } = await killed.stop('SIGKILL');

    const next = await start();
    const found = await goOn(trials);
    const ended = await next.stop('SIGTERM');

    expect(status).toBeNull();
    expect(found).toEqual(trials.map(({ stage }) => outcomeFrom(stage)));
    expect(ended).toMatchObject({ status: 0, errors: '' });
  });

  it('refuses new work, answers who waits and ends well, within ten seconds, when it is told to stop', async () => {
    const stopped = await start();
    const upgrading = Array.from({ length: 12 }, () => 'upgrading' as const);
    const trials = await tryAll(world, [
      'planning',
      'waiting for the service',
      'awaiting confirmation',
      ...upgrading,
      'asking to upgrade, late',
    ]);
    const waiting = trials.at(-1)?.waits();
    const before = performance.now();
    const end = stopped.stop('SIGTERM');
    const answer = await waiting;
    const answeredMs = performance.now() - before;
    const refused = await world.post({ docker_image: 'acme/web:2.0.0' });
    const alive = await world.get('/health/live');
    const ended = await end;
    const endedMs = performance.now() - before;

    await start();
    const found = await goOn(trials);

    expect(answer).toMatchObject({ status: 200, body: { status: 'running' } });
    expect(answeredMs).toBeLessThan(2000);
    expect(refused).toMatchObject({ status: 503, body: { code: 'service.stopping' } });
    expect(alive.status).toBe(200);
    expect(ended).toMatchObject({ status: 0, errors: '' });
    expect(endedMs).toBeLessThan(11_000);
    expect(found).toEqual(trials.map(({ stage }) => outcomeFrom(stage)));
  });
});
