import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Service } from '../simulator/world/records.js';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { asked, rolloutOf, untilRollout } from './harness/rollouts.js';
import { SlackChannel } from './harness/slack-channel.js';
import { TurnedWorld } from './harness/turned-world.js';
import { LISTING_SERVES_MS, World } from './harness/world.js';

/** Nothing of what is turned depends on a moment. */
const STEP_MS = 250;

describe('upgrades that wait for the same service', () => {
  let slack: SlackChannel;
  let world: World;

  beforeAll(async () => {
    slack = await SlackChannel.open();
    world = await World.start({
      variables: { ...slack.variables, AUTOUPDATE_MAX_PARALLEL: '100' },
      hasEvents: false,
    });
  });

  afterAll(async () => {
    await world.close();
    await slack.close();
  });

  it.each([
    ['a newer version', 'newest', ['2.0.0', '2.1.0'], ['superseded', 'finished']],
    [
      'the newest of several',
      'newest',
      ['2.0.0', '2.1.0', '2.2.0'],
      ['superseded', 'superseded', 'finished'],
    ],
    ['an older version does not', 'newest', ['2.1.0', '2.0.0'], ['finished', 'skipped']],
    ['another flavour does not', 'force', ['2.0.0', '2.1.0-alpine'], ['finished', 'finished']],
    ['a version after the same tag does not', 'force', ['latest', '2.0.0'], ['finished', 'finished']],
    ['a tag that moves does not, after a version', 'newest', ['2.0.0', 'latest'], ['finished', 'finished']],
    ['the same moving tag', 'newest', ['latest', 'latest'], ['superseded', 'finished']],
    ['another moving tag does not', 'force', ['main', 'latest'], ['finished', 'finished']],
    ['the same version does not', 'force', ['2.0.0', '2.0.0'], ['finished', 'finished']],
  ] as const)('take the place of each other, or not: %s', async (words, policy, tags, ends) => {
    const name = words.replaceAll(/\W+/g, '-');
    const service = world.add(name, { state: 'restarting', labels: { 'autoupdate.policy': policy } });
    const ids: string[] = [];
    for (const [index, tag] of tags.entries()) {
      const id = await world.begin({ docker_image: `acme/${name}:${tag}`, timeout: 600 + index });
      await world.until('it is planned', async () => (await world.view(id)).rollouts.length === 1);
      ids.push(id);
    }

    world.rancher.as('alice').activate(service);
    const upgrades = await Promise.all(ids.map((id) => world.settled(id)));

    const done = tags.filter((_, index) => ends[index] === 'finished');
    const by = upgrades.map(({ rollouts }) => rollouts[0]?.superseded_by ?? null);
    expect(upgrades.map(({ rollouts }) => rollouts[0]?.status)).toEqual(ends);
    expect(by).toEqual(ends.map((end, index) => (end === 'superseded' ? ids[index + 1] : null)));
    expect(world.accepted(service)).toEqual(done.map((tag) => `docker:acme/${name}:${tag}`));
  });

  it('say nothing to anybody where they were only superseded, and fail no build', async () => {
    const service = world.add('quiet', { state: 'restarting' });
    const first = await world.begin({ docker_image: 'acme/quiet:2.0.0', timeout: 600 });
    await untilRollout(world, first, 'queued');
    const second = await world.begin({ docker_image: 'acme/quiet:2.1.0', timeout: 600 });
    await untilRollout(world, second, 'queued');

    world.rancher.as('alice').activate(service);
    const answer = await world.get(`/upgrades/${first}?wait=300&fail=true`);
    await world.settled(second);
    await world.until('the second is told of', () => slack.about('acme/quiet:2.1.0').length === 1);

    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'superseded', message: '0 of 1 service done, 1 superseded' },
    });
    expect(slack.about('acme/quiet:2.0.0')).toEqual([]);
  });

  it('come in the order in which they were asked for, whichever is planned first', async () => {
    const service = world.add('patient');
    await world.allKnown();
    await world.pass(LISTING_SERVES_MS);
    const away = world.rancher.faults.add({
      kind: 'server-error',
      status: 503,
      path: /\/projects\/1a5\/services$/,
      method: 'GET',
    });
    const first = await world.begin({ docker_image: 'acme/patient:2.0.0', timeout: 600 });
    await untilUnread(first);
    const second = await world.begin({ docker_image: 'acme/patient:latest', timeout: 600 });
    await untilUnread(second);
    away.remove();

    expect(await world.settled(second)).toMatchObject({ status: 'succeeded' });
    expect(await world.settled(first)).toMatchObject({ status: 'succeeded' });
    expect(world.accepted(service)).toEqual(['2.0.0', 'latest'].map((tag) => `docker:acme/patient:${tag}`));
  });

  it('do not wait for one that is under way elsewhere', async () => {
    const slow = world.add('elsewhere-slow', { image: 'acme/elsewhere:1.0.0' });
    const pull = world.rancher.faults.add({ kind: 'slow-pull', service: 'elsewhere-slow', ms: 600_000 });
    const first = await world.begin({ docker_image: 'acme/elsewhere:2.0.0', timeout: 3600 });
    await world.untilState(slow, 'upgrading');
    const quick = world.add('elsewhere-quick', { image: 'acme/elsewhere:1.0.0' });

    const second = await world.begin({ docker_image: 'acme/elsewhere:2.1.0', timeout: 600 });
    await untilRollout(world, second, 'finished', quick);

    expect(await rolloutOf(world, first, slow)).toMatchObject({ status: 'upgrading' });
    expect(await rolloutOf(world, second, slow)).toMatchObject({ status: 'queued' });
    pull.remove();
    world.rancher.fleet.purgeService(slow);
    await world.settled(second);
  });

  function untilUnread(id: string): Promise<void> {
    const isUnread = async () => (await world.view(id)).unread_environments.length === 1;
    return world.until('its services cannot be read', isUnread);
  }
});

function statusesIn({ rollouts }: UpgradeView): readonly string[] {
  return rollouts.map(({ status }) => status);
}

describe('the services of one upgrade', () => {
  let turned: TurnedWorld;

  beforeAll(async () => {
    const variables = { AUTOUPDATE_MAX_PARALLEL: '100' };
    turned = await TurnedWorld.start({ variables }, ['1a5', '1a6'], STEP_MS);
  });

  afterAll(() => turned.close());

  function four(name: string): readonly Service[] {
    return ['a', 'b', 'c', 'd'].map((letter) =>
      turned.add(`${name}-${letter}`, { image: `acme/${name}:1.0.0`, healthCheck: true }),
    );
  }

  /** Once what was added is known. */
  async function begin(body: Readonly<Record<string, unknown>>): Promise<string> {
    await turned.turn(2000);
    return turned.world.begin(body);
  }

  async function upgrade(body: Readonly<Record<string, unknown>>): Promise<UpgradeView> {
    return turned.settled(await begin(body));
  }

  function untilRolloutOf(service: Service, id: string, status: string): Promise<void> {
    return turned.until(`${service.name} is ${status}`, async () =>
      (await turned.view(id)).rollouts.some((one) => one.service.id === service.ref && one.status === status),
    );
  }

  it('are left as they are once so many have failed', async () => {
    const services = four('bleeding');
    turned.rancher.faults.add({ kind: 'never-healthy', image: 'acme/bleeding:2.0.0' });

    const done = await upgrade({
      docker_image: 'acme/bleeding:2.0.0',
      timeout: 5,
      on_failure: 'rollback',
      max_failures: 2,
      max_parallel: 1,
    });

    const stopped = done.rollouts.find((rollout) => rollout.status === 'cancelled');
    expect(done.status).toBe('failed');
    expect(statusesIn(done).toSorted((one, other) => one.localeCompare(other))).toEqual([
      'cancelled',
      'cancelled',
      'rolled_back',
      'rolled_back',
    ]);
    expect(stopped?.reason).toMatchObject({
      code: 'upgrade.stopped',
      message: expect.stringContaining('2'),
    });
    expect(done.message).toMatch(/2 cancelled/);
    expect(services.flatMap((service) => turned.world.accepted(service))).toHaveLength(2);
  });

  it('are partly done where some were well before', async () => {
    const image = 'acme/partly:1.0.0';
    const well = turned.add('partly-well', { image });
    const ill = turned.add('partly-ill', { image, healthCheck: true, state: 'restarting' });
    const late = turned.add('partly-late', { image, state: 'restarting' });
    turned.rancher.faults.add({ kind: 'never-healthy', service: 'partly-ill' });
    const id = await begin({ docker_image: 'acme/partly:2.0.0', timeout: 10, max_failures: 1 });
    await untilRolloutOf(well, id, 'finished');
    turned.rancher.as('alice').activate(ill);
    for (const instance of ill.instances) instance.health = 'healthy';
    await untilRolloutOf(ill, id, 'failed');

    turned.rancher.as('alice').activate(late);
    const done = await turned.settled(id);

    expect(done.status).toBe('partly_failed');
    expect(statusesIn(done)).toEqual(['finished', 'failed', 'cancelled']);
    expect(asked(turned.world, late)).toEqual([]);
  });

  it('are all tried where nothing is said', async () => {
    four('all');
    turned.rancher.faults.add({ kind: 'never-healthy', service: 'all-a' });

    const done = await upgrade({ docker_image: 'acme/all:2.0.0', timeout: 10 });

    expect(statusesIn(done)).toEqual(['failed', 'finished', 'finished', 'finished']);
  });

  it('are upgraded no more at once than is asked for, whatever other upgrades do', async () => {
    const limited = [...four('limited'), turned.add('limited-e', { image: 'acme/limited:1.0.0' })];
    const other = four('free');
    turned.rancher.faults.add({ kind: 'slow-pull', image: 'acme/free:2.0.0', ms: 20_000 });
    const free = await begin({ docker_image: 'acme/free:2.0.0', timeout: 600 });

    const { status } = await upgrade({
      docker_image: 'acme/limited:2.0.0',
      timeout: 600,
      max_parallel: 2,
    });

    expect(status).toBe('succeeded');
    expect(Math.max(...atOnce(turned.world, limited))).toBe(2);
    expect(await turned.settled(free)).toMatchObject({ status: 'succeeded' });
    expect(Math.max(...atOnce(turned.world, other))).toBe(4);
  });

  it('are not kept by one that somebody has to confirm', async () => {
    const services = four('unconfirmed');

    const { status } = await upgrade({
      docker_image: 'acme/unconfirmed:2.0.0',
      confirm: false,
      max_parallel: 1,
    });

    expect(status).toBe('awaiting_confirmation');
    expect(services.map(({ state }) => state)).toEqual(['upgraded', 'upgraded', 'upgraded', 'upgraded']);
  });
});

describe.each([
  ['answers nothing at all', 'hang'],
  ['is forbidden', 'forbidden'],
] as const)('an environment that %s', (_, kind) => {
  let turned: TurnedWorld;

  beforeAll(async () => {
    turned = await TurnedWorld.start({}, ['1a5', '1a6'], STEP_MS);
  });

  afterAll(() => turned.close());

  it('keeps no other from being upgraded within seconds, however much is under way in it', async () => {
    const pull = turned.rancher.faults.add({ kind: 'slow-pull', image: 'acme/many:2.0.0', ms: 3_600_000 });
    const many = Array.from({ length: 14 }, (_one, index) =>
      turned.add(`many-${index}`, { image: 'acme/many:1.0.0' }, 'staging'),
    );
    const service = turned.add('other');
    await turned.turn(2000);
    const id = await turned.world.begin({ docker_image: 'acme/many:2.0.0', timeout: 3600 });
    const underWay = () => many.filter(({ state }) => state === 'upgrading').length;
    await turned.until('ten are under way', () => underWay() === 10);
    turned.rancher.faults.add({ kind, environment: 'staging' });

    const other = await turned.upgrade({ docker_image: 'acme/other:2.0.0', timeout: 600 });

    const [rollout] = other.rollouts;
    const tookMs = Date.parse(rollout?.finished_at ?? '') - Date.parse(other.created_at);
    expect(rollout?.status).toBe('finished');
    expect(asked(turned.world, service)).toEqual(['upgrade', 'finishupgrade']);
    expect(tookMs).toBeLessThan(40_000);
    pull.remove();
    expect(await turned.view(id)).toMatchObject({ status: 'running' });
  });
});

/** How many of these services were under way after each change of one of them. */
function atOnce(world: World, services: readonly Service[]): readonly number[] {
  const refs = new Set(services.map(({ ref }) => ref));
  const underWay = new Set<string>();
  return world.rancher.journal.changes
    .filter(({ service }) => refs.has(service))
    .map(({ service, to }) => {
      if (to === 'active') underWay.delete(service);
      else underWay.add(service);
      return underWay.size;
    });
}
