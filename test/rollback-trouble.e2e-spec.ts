import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault, FaultHandle } from '../simulator/faults/faults.js';
import type { Service } from '../simulator/world/records.js';
import type { ReasonCode } from '../src/domain/reasons.js';
import type { RolloutStatus } from '../src/domain/rollout.js';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { ailing, asked, rolloutOf, untilRollout } from './harness/rollouts.js';
import { TurnedWorld } from './harness/turned-world.js';
import { World } from './harness/world.js';

/** Nothing of what is turned depends on a moment. */
const STEP_MS = 1000;

const UNDONE = ['upgrading by admin', 'rolling-back by admin', 'active'];

const NOT_DONE: readonly (readonly [string, Fault])[] = [
  ['a connection that is reset', { kind: 'reset' }],
  ['no answer', { kind: 'hang' }],
  ['an error of Rancher', { kind: 'server-error' }],
  ["a proxy's error page", { kind: 'proxy-page' }],
  ["a proxy's page that says 200", { kind: 'proxy-page', status: 200 }],
  ["a proxy's 429", { kind: 'too-many', retryAfter: '3' }],
  ['a refused key', { kind: 'unauthorized' }],
  ['a forbidden environment', { kind: 'forbidden' }],
  ['a conflict', { kind: 'conflict' }],
];

const DONE: readonly (readonly [string, Fault])[] = [
  ['a reply that is lost', { kind: 'lost-reply' }],
  ['no answer, but done', { kind: 'hang', committed: true }],
  ["a proxy's error page, but done", { kind: 'proxy-page', status: 504, committed: true }],
  ["a proxy's page that says 200, but done", { kind: 'proxy-page', status: 200, committed: true }],
  ['a slow answer', { kind: 'latency', ms: 5000 }],
  ['an answer that does not end', { kind: 'trickle', everyMs: 4000 }],
];

describe('one rollback, whatever the reply to it:', () => {
  const trials = new Map<string, { service: Service; id: string; fault: FaultHandle }>();
  let world: World;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '100' } });
    for (const [index, [words, fault]] of [...NOT_DONE, ...DONE].entries()) {
      const service = ailing(world, `reply-${index}`);
      const limit = { action: 'rollback', times: 1, service: service.name };
      const handle = world.rancher.faults.add({ ...fault, ...limit });
      const image = `acme/${service.name}:2.0.0`;
      const id = await world.begin({ docker_image: image, timeout: 10, on_failure: 'rollback' });
      trials.set(words, { service, id, fault: handle });
    }
  });

  afterAll(() => world.close());

  it.each([...NOT_DONE.map(([words]) => [words, 2] as const), ...DONE.map(([words]) => [words, 1] as const)])(
    '%s (asked for %i times)',
    async (words, times) => {
      const trial = trials.get(words);
      if (!trial) throw new Error(`no trial of ${words}`);
      const { service, id, fault } = trial;

      const { rollouts } = await world.settled(id);

      expect(fault.hits).toBe(1);
      expect(rollouts).toMatchObject([{ status: 'rolled_back', reason: { code: 'rollout.timeout' } }]);
      expect(world.course(service)).toEqual(UNDONE);
      expect(world.actions(service, 'rollback')).toHaveLength(times);
    },
  );
});

/** What somebody else does with a service whose upgrade is about to fail, or while we ask to roll it back. */
interface Between {
  readonly words: string;
  readonly act: (world: World, service: Service) => Promise<void> | void;
  readonly status: RolloutStatus;
  readonly code: ReasonCode;
  /** What is told where the first of two acts was seen before the second. */
  readonly first?: readonly [RolloutStatus, ReasonCode];
}

/** How a rollout may end where somebody did this. */
function endings({ status, code, first }: Between): readonly string[] {
  return [[status, code], ...(first ? [first] : [])].map((one) => one.join(' '));
}

async function ending(world: World, id: string): Promise<string> {
  const { status, reason } = await rolloutOf(world, id);
  return `${status} ${reason?.code}`;
}

const untilActive = (world: World, service: Service) => world.untilState(service, 'active');

/** Makes an upgraded service of one that is upgrading; its new container goes on being unhealthy. */
async function flip(world: World, service: Service): Promise<void> {
  world.rancher.as('alice').scale(service, 1);
  await world.untilState(service, 'upgraded');
}

async function finishes(world: World, service: Service): Promise<void> {
  await flip(world, service);
  world.rancher.as('alice').finishupgrade(service);
  world.rancher.faults
    .list()
    .find(({ fault }) => 'image' in fault && fault.image === `acme/${service.name}:2.0.0`)
    ?.remove();
  await untilActive(world, service);
}

async function rollsBack(world: World, service: Service): Promise<void> {
  world.rancher.as('alice').rollback(service);
  await untilActive(world, service);
}

async function rollsBackAndUpgrades(world: World, service: Service): Promise<void> {
  await rollsBack(world, service);
  world.rancher.as('alice').upgrade(service, `docker:acme/${service.name}:3.0.0`);
}

async function finishesAndUpgrades(world: World, service: Service): Promise<void> {
  await finishes(world, service);
  world.rancher.as('alice').upgrade(service, `docker:acme/${service.name}:3.0.0`);
}

const FINISHES_AND_UPGRADES = {
  words: 'finishes it and upgrades it',
  act: finishesAndUpgrades,
  status: 'failed',
  code: 'rollout.overtaken',
} as const;

const BETWEEN: readonly Between[] = [
  { words: 'finishes it', act: finishes, status: 'finished', code: 'rollout.finished_elsewhere' },
  { words: 'rolls it back', act: rollsBack, status: 'failed', code: 'rollout.rolled_back_elsewhere' },
  { ...FINISHES_AND_UPGRADES, first: ['finished', 'rollout.finished_elsewhere'] },
  {
    words: 'cancels it',
    act: (world, service) => world.rancher.as('alice').cancelupgrade(service),
    status: 'failed',
    code: 'rollout.cancelled_elsewhere',
  },
  {
    words: 'removes it',
    act: (world, service) => world.rancher.as('alice').remove(service),
    status: 'failed',
    code: 'service.removed',
  },
];

/** The same while our own request to roll it back has not come through. */
const MEANWHILE: readonly Between[] = [
  { words: 'finishes it', act: finishes, status: 'rollback_failed', code: 'rollout.not_rolled_back' },
  { words: 'rolls it back', act: rollsBack, status: 'rolled_back', code: 'rollout.timeout' },
  {
    words: 'rolls it back and upgrades it',
    act: rollsBackAndUpgrades,
    status: 'failed',
    code: 'rollout.overtaken',
    first: ['rolled_back', 'rollout.timeout'],
  },
  { ...FINISHES_AND_UPGRADES, first: ['rollback_failed', 'rollout.not_rolled_back'] },
];

describe('nothing is rolled back that somebody else has seen to,', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '100' } });
  });

  afterAll(() => world.close());

  it.each(BETWEEN.map((one) => [one.words, one] as const))('who %s before it fails', async (_, one) => {
    const service = ailing(world, `between-${one.words.replaceAll(' ', '-')}`);
    const image = `acme/${service.name}:2.0.0`;
    const id = await world.begin({ docker_image: image, timeout: 60, on_failure: 'rollback' });
    await world.until('a new container runs', () =>
      service.instances.some(({ health }) => health === 'initializing'),
    );
    await untilRollout(world, id, 'upgrading');

    await one.act(world, service);
    await world.settled(id);

    expect(endings(one)).toContain(await ending(world, id));
    expect(asked(world, service)).toEqual(['upgrade']);
  });

  it.each(MEANWHILE.map((one) => [one.words, one] as const))(
    'who %s while the rollback does not get through to Rancher',
    async (_, one) => {
      const service = ailing(world, `meanwhile-${one.words.replaceAll(' ', '-')}`);
      world.rancher.faults.add({ kind: 'reset', action: 'rollback', service: service.name });
      const image = `acme/${service.name}:2.0.0`;
      const id = await world.begin({ docker_image: image, timeout: 10, on_failure: 'rollback' });
      await untilRollout(world, id, 'rolling_back');

      await one.act(world, service);
      await world.settled(id);

      expect(endings(one)).toContain(await ending(world, id));
      expect(world.course(service)).not.toContain('rolling-back by admin');
    },
  );
});

describe('a rollback that Rancher does not get done', () => {
  let turned: TurnedWorld;

  beforeAll(async () => {
    turned = await TurnedWorld.start({}, ['1a5', '1a6'], STEP_MS);
  });

  afterAll(() => turned.close());

  /** What came of an upgrade whose rollback is given up. */
  async function givenUp({ name }: Service): Promise<UpgradeView> {
    await turned.turn(2000);
    const image = `acme/${name}:2.0.0`;
    const id = await turned.world.begin({ docker_image: image, timeout: 15, on_failure: 'rollback' });
    await turned.turn(5 * 60_000);
    return turned.settled(id);
  }

  it('has failed after five minutes, with what Rancher said last', async () => {
    turned.rancher.faults.add({ kind: 'image-missing', service: 'stuck' });
    const service = turned.add('stuck');

    const { rollouts } = await givenUp(service);

    const ended = rollouts[0]?.history.map(({ status, at }) => [status, Date.parse(at)] as const);
    const [[, began] = ['', 0]] = ended?.filter(([status]) => status === 'rolling_back') ?? [];
    expect(rollouts).toMatchObject([
      { status: 'rollback_failed', reason: { code: 'rollout.not_rolled_back' } },
    ]);
    expect(rollouts[0]?.reason?.message).toMatch(
      /^still rolling-back \d+ s after the rollback was asked for, because: still upgrading after 15 s.*; Rancher says: .*failed to pull/,
    );
    expect(Date.parse(rollouts[0]?.finished_at ?? '') - began).toBeGreaterThanOrEqual(300_000);
  });

  it('has failed where Rancher refuses it for so long', async () => {
    turned.rancher.faults.add({ kind: 'server-error', service: 'refused', action: 'rollback' });
    const service = ailing(turned, 'refused');

    const { rollouts } = await givenUp(service);

    expect(rollouts).toMatchObject([{ status: 'rollback_failed' }]);
    expect(turned.world.course(service)).toEqual(['upgrading by admin']);
  });
});
