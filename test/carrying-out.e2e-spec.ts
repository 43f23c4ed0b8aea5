import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../simulator/json.js';
import type { Service } from '../simulator/world/records.js';
import { TurnedWorld } from './harness/turned-world.js';
import { World } from './harness/world.js';

const PULL_LABEL = 'io.rancher.container.pull_image';

/** Seconds. What is held up shall not fail meanwhile. */
const LONG = 86_400;

interface UpgradeBody {
  readonly inServiceStrategy: JsonObject & { readonly launchConfig: JsonObject };
}

describe('an upgrade that is carried out', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  });

  afterAll(() => world.close());

  /** What the only upgrade of a service was asked for with. */
  function sent(service: Service): UpgradeBody {
    const bodies = world.actions(service, 'upgrade').map(({ body }) => body);
    expect(bodies).toHaveLength(1);
    return bodies[0] as UpgradeBody;
  }

  async function found(service: Service): Promise<JsonObject> {
    const answer = await fetch(`${world.rancher.url}/v2-beta/projects/1a5/services/${service.ref}`, {
      headers: { authorization: `Basic ${btoa('admin:admin-secret')}` },
    });
    return (await answer.json()) as JsonObject;
  }

  function untilPlanned(id: string): Promise<void> {
    return world.until('it is planned', async () => (await world.view(id)).rollouts.length === 1);
  }

  describe('sends', () => {
    it('the launchConfig as it came, with another image, and nothing of the sidekicks', async () => {
      const service = world.add('whole', {
        sidekicks: [{ name: 'logger', image: 'acme/logger:1.0.0' }],
        launchConfig: {
          environment: { LOG_LEVEL: 'info', 'with.dots': 'a&b' },
          'x-unheard-of': { kept: [1, null, 'ü'] },
          ports: ['80:8080/tcp'],
          tty: true,
        },
      });
      const { launchConfig } = await found(service);

      await world.upgrade({ docker_image: 'acme/whole:2.0.0' });

      expect(launchConfig).toMatchObject({ 'x-unheard-of': { kept: [1, null, 'ü'] } });
      expect(sent(service)).toEqual({
        inServiceStrategy: {
          batchSize: 1,
          intervalMillis: 2000,
          startFirst: false,
          launchConfig: { ...(launchConfig as JsonObject), imageUuid: 'docker:acme/whole:2.0.0' },
        },
      });
      expect(service.launchConfig).toMatchObject({ tty: true, ports: ['80:8080/tcp'] });
    });

    it('the pace of the last upgrade, and the start of the new container first if asked', async () => {
      const service = world.add('paced', {
        upgrade: { previousImage: 'acme/paced:0.9.0', batchSize: 3, intervalMillis: 500, startFirst: true },
      });
      const first = world.add('first');

      await world.upgrade({ docker_image: 'acme/paced:2.0.0' });
      await world.upgrade({ docker_image: 'acme/first:2.0.0', start_first: true });

      expect(sent(service).inServiceStrategy).toMatchObject({
        batchSize: 3,
        intervalMillis: 500,
        startFirst: false,
      });
      expect(sent(first).inServiceStrategy).toMatchObject({ startFirst: true });
    });

    it.each([
      ['moving-latest', '1.0.0', 'latest', true],
      ['moving-main', 'main', 'main', true],
      ['moving-untagged', 'latest', null, true],
      ['again', '2.0.0', '2.0.0', true],
      ['standing', '1.0.0', '2.0.0', false],
      ['standing-flavour', '1.0.0-alpine', '1.1.0-alpine', false],
      ['fixed', '1.0.0', `2.0.0@sha256:${'a'.repeat(64)}`, false],
      ['moving-but-fixed', 'latest', `latest@sha256:${'b'.repeat(64)}`, false],
    ] as const)('the label to pull (%s: %s to %s): %s', async (name, running, published, pulls) => {
      const service = world.add(name, {
        image: `acme/${name}:${running}`,
        labels: { 'autoupdate.policy': running === published ? 'force' : 'newest', kept: 'yes' },
      });
      const image = published === null ? `acme/${name}` : `acme/${name}:${published}`;

      const { status } = await world.upgrade({ docker_image: image });

      const { labels } = sent(service).inServiceStrategy.launchConfig;
      expect(status).toBe('succeeded');
      expect(labels).toMatchObject({ kept: 'yes' });
      expect((labels as JsonObject)[PULL_LABEL]).toBe(pulls ? 'always' : undefined);
    });

    it('everything about a load balancer under the address of services', async () => {
      const service = world.add('balancer', { type: 'loadBalancerService' });

      const { status } = await world.upgrade({ docker_image: 'acme/balancer:2.0.0' });

      const asked = world.requests(service, 'POST').map(({ path, query }) => `${path}?${query}`);
      const address = `/v2-beta/projects/1a5/services/${service.ref}/`;
      expect(status).toBe('succeeded');
      expect(asked).toEqual([`${address}?action=upgrade`, `${address}?action=finishupgrade`]);
      expect(world.rancher.journal.requests.some(({ path }) => path.includes('loadbalancer'))).toBe(false);
      expect(service.lbConfig).not.toBeNull();
    });
  });

  it('keeps the containers of sidekicks, but for those that share its network or volumes, which it names', async () => {
    const service = world.add('company', {
      scale: 2,
      sidekicks: [
        { name: 'logger', image: 'acme/logger:1.0.0' },
        { name: 'proxy', image: 'acme/proxy:1.0.0', launchConfig: { networkLaunchConfig: 'company' } },
      ],
    });
    const uuidsOf = (part: string) =>
      service.instances.flatMap((instance) => (instance.part === part ? [instance.uuid] : [])).toSorted();
    const before = { main: uuidsOf(''), logger: uuidsOf('logger'), proxy: uuidsOf('proxy') };

    const { rollouts } = await world.upgrade({ docker_image: 'acme/company:2.0.0' });

    expect(rollouts).toMatchObject([{ status: 'finished', recreated_sidekicks: ['proxy'] }]);
    expect(before.logger).toHaveLength(2);
    expect(uuidsOf('logger')).toEqual(before.logger);
    expect(uuidsOf('proxy')).not.toEqual(before.proxy);
    expect(uuidsOf('')).not.toEqual(before.main);
  });

  it('is finished only when the service is healthy', async () => {
    const unhealthy = world.rancher.faults.add({ kind: 'never-healthy', service: 'ailing' });
    const service = world.add('ailing', { healthCheck: true });
    const id = await world.begin({ docker_image: 'acme/ailing:2.0.0', timeout: 600 });
    await world.until('the new container runs', () =>
      service.instances.some(({ health }) => health !== null && health !== 'healthy'),
    );
    world.rancher.as('alice').scale(service, 1);
    await world.untilState(service, 'upgraded');
    const looks = world.requests(service, 'GET').length;
    await world.until('it was looked at', () => world.requests(service, 'GET').length > looks + 2);
    const tooEarly = world.actions(service, 'finishupgrade').length;

    unhealthy.remove();
    const { rollouts } = await world.settled(id);

    expect(tooEarly).toBe(0);
    expect(rollouts).toMatchObject([{ status: 'finished' }]);
    expect(world.actions(service, 'finishupgrade')).toHaveLength(1);
  });

  it('waits without confirm for somebody who confirms, and says what that means', async () => {
    const service = world.add('unconfirmed');

    const upgrade = await world.upgrade({ docker_image: 'acme/unconfirmed:2.0.0', confirm: false });

    expect(upgrade).toMatchObject({
      status: 'awaiting_confirmation',
      finished_at: null,
      message: expect.stringContaining('does not restart crashed containers'),
      rollouts: [{ status: 'awaiting_confirmation', finished_at: null, timeout: 600 }],
    });
    expect(world.course(service)).toEqual(['upgrading by admin', 'upgraded']);
    expect(world.actions(service, 'finishupgrade')).toEqual([]);
  });

  describe('has so much time', () => {
    it.each([
      ['what the request says', { timeout: 70 }, { 'autoupdate.timeout': '50' }, 70],
      ['what the label says', {}, { 'autoupdate.timeout': '50' }, 50],
    ])('as %s', async (words, body, labels, seconds) => {
      const name = words.replaceAll(' ', '-').toLowerCase();
      world.add(name, { labels });

      const { rollouts } = await world.upgrade({ docker_image: `acme/${name}:2.0.0`, ...body });

      expect(rollouts).toMatchObject([{ timeout: seconds }]);
    });

    it('from the start of each service', async () => {
      const [slow, quick] = [world.add('slow'), world.add('quick', { image: 'acme/slow:1.0.0' })];
      const pull = world.rancher.faults.add({ kind: 'slow-pull', service: 'slow', ms: 3_600_000 });

      const { status, rollouts } = await world.upgrade({ docker_image: 'acme/slow:2.0.0', timeout: 20 });
      pull.remove();

      expect(status).toBe('partly_failed');
      expect(rollouts).toMatchObject([
        { service: { id: slow.ref }, status: 'failed', reason: { code: 'rollout.timeout' } },
        { service: { id: quick.ref }, status: 'finished' },
      ]);
      expect(secondsOf(rollouts[0])).toBeGreaterThanOrEqual(20);
      expect(world.course(slow)).toEqual(['upgrading by admin']);
    });
  });

  it('never starts a service that is stopped, not even one that was stopped just now', async () => {
    const [stopped, first, second] = [
      world.add('rest', { state: 'inactive' }),
      world.add('busy', { image: 'acme/rest:1.0.0', state: 'restarting' }),
      world.add('gone-to-rest', { image: 'acme/rest:1.0.0', state: 'restarting' }),
    ];
    const id = await world.begin({ docker_image: 'acme/rest:2.0.0' });
    await world.until('both wait', async () => {
      const { rollouts } = await world.view(id);
      return rollouts.length === 2 && rollouts.every(({ reason }) => reason?.code === 'service.busy');
    });

    world.rancher.as('alice').deactivate(second);
    world.rancher.as('alice').activate(first);
    const { rollouts, skipped } = await world.settled(id);

    expect(skipped).toMatchObject([{ service: { name: 'rest' }, reason: { code: 'service.inactive' } }]);
    expect(rollouts).toMatchObject([
      { service: { name: 'busy' }, status: 'finished' },
      { service: { name: 'gone-to-rest' }, status: 'skipped', reason: { code: 'service.inactive' } },
    ]);
    expect(world.requests(stopped, 'POST')).toEqual([]);
    expect(world.requests(second, 'POST')).toEqual([]);
  });

  it('comes after those of the same service that came before it, and in the place of those that still wait', async () => {
    const unwell = world.rancher.faults.add({ kind: 'never-healthy', service: 'queue' });
    const service = world.add('queue', { healthCheck: true });
    const ids = [await world.begin({ docker_image: 'acme/queue:2.0.0', timeout: LONG })];
    await world.untilState(service, 'upgrading');
    for (const tag of ['2.2.0', '2.1.0', '3.0.0']) {
      const id = await world.begin({ docker_image: `acme/queue:${tag}`, timeout: LONG });
      await untilPlanned(id);
      ids.push(id);
    }
    unwell.remove();

    const upgrades = await Promise.all(ids.map((id) => world.settled(id)));

    expect(upgrades.map(({ status }) => status)).toEqual([
      'succeeded',
      'superseded',
      'superseded',
      'succeeded',
    ]);
    expect(upgrades[1]?.rollouts).toMatchObject([
      { status: 'superseded', superseded_by: ids[3], reason: { code: 'rollout.superseded' } },
    ]);
    expect(world.accepted(service)).toEqual(['2.0.0', '3.0.0'].map((tag) => `docker:acme/queue:${tag}`));
    expect(world.course(service)).toEqual(
      Array.from({ length: 2 }, () => [
        'upgrading by admin',
        'upgraded',
        'finishing-upgrade by admin',
        'active',
      ]).flat(),
    );
  });

  it('is decided anew when its turn comes', async () => {
    const unwell = world.rancher.faults.add({ kind: 'never-healthy', service: 'late' });
    const service = world.add('late', { healthCheck: true });
    const first = await world.begin({ docker_image: 'acme/late:2.0.0', timeout: LONG });
    await world.untilState(service, 'upgrading');
    const second = await world.begin({ docker_image: 'acme/late:2.2.0', timeout: LONG });
    await untilPlanned(second);
    const third = await world.begin({ docker_image: 'acme/late:2.1.0', timeout: LONG });
    await untilPlanned(third);
    unwell.remove();

    const { rollouts, status } = await world.settled(third);

    expect(status).toBe('nothing_to_do');
    expect(rollouts).toMatchObject([{ status: 'skipped', reason: { code: 'version.not_newer' } }]);
    expect((await world.settled(first)).status).toBe('succeeded');
    expect((await world.settled(second)).status).toBe('succeeded');
  });
});

describe('upgrades of many services', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '2', AUTOUPDATE_TIMEOUT: '123' } });
  });

  afterAll(() => world.close());

  it('are carried out side by side, but never more at once than is set', async () => {
    const names = ['one', 'two', 'three', 'four', 'five', 'six'];
    for (const name of names) world.add(name, { image: `acme/${name < 'p' ? 'a' : 'b'}:1.0.0` });
    const ids = [
      await world.begin({ docker_image: 'acme/a:2.0.0' }),
      await world.begin({ docker_image: 'acme/b:2.0.0' }),
    ];

    const upgrades = await Promise.all(ids.map((id) => world.settled(id)));

    const atOnce = atOnceIn(world.rancher.journal.changes);
    expect(upgrades.map(({ status, rollouts }) => `${rollouts.length} ${status}`)).toEqual([
      '3 succeeded',
      '3 succeeded',
    ]);
    expect(Math.max(...atOnce)).toBe(2);
    expect(atOnce.filter((count) => count === 2).length).toBeGreaterThanOrEqual(3);
  });

  it('have the time that the setting says where neither request nor label says', async () => {
    world.add('plain');
    world.add('labelled', { image: 'acme/plain:1.0.0', labels: { 'autoupdate.timeout': ' 45 ' } });

    const { rollouts } = await world.upgrade({ docker_image: 'acme/plain:2.0.0', confirm: false });

    expect(rollouts).toMatchObject([{ timeout: 123 }, { timeout: 45 }]);
  });
});

describe('a service that cannot be upgraded just now', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  });

  afterAll(() => world.close());

  it('is waited for while it restarts', async () => {
    const service = world.add('restarted', { state: 'restarting' });
    const id = await world.begin({ docker_image: 'acme/restarted:2.0.0', timeout: LONG });
    await world.until('it is waited for', async () => {
      const [rollout] = (await world.view(id)).rollouts;
      return rollout?.reason?.message.includes('restarting') ?? false;
    });

    world.rancher.as('alice').activate(service);
    const { rollouts } = await world.settled(id);

    expect(rollouts).toMatchObject([{ status: 'finished', reason: null }]);
    expect(world.course(service)).toEqual([
      'activating by alice',
      'active',
      'upgrading by admin',
      'upgraded',
      'finishing-upgrade by admin',
      'active',
    ]);
  });

  it("is waited for while somebody else's upgrade of just now is finished", async () => {
    const service = world.add('shared');
    world.rancher.as('alice').upgrade(service, 'docker:acme/shared:1.1.0');
    const id = await world.begin({ docker_image: 'acme/shared:2.0.0', timeout: LONG });
    await world.untilState(service, 'upgraded');
    await world.until('it is waited for', async () => {
      const [rollout] = (await world.view(id)).rollouts;
      return rollout?.reason?.code === 'service.awaiting_confirmation';
    });

    world.rancher.as('alice').finishupgrade(service);
    const { rollouts } = await world.settled(id);

    expect(rollouts).toMatchObject([{ from: 'acme/shared:1.1.0', status: 'finished', reason: null }]);
    expect(world.accepted(service)).toEqual(['docker:acme/shared:2.0.0']);
  });

  it('is given up after ten minutes', async () => {
    const fast = await World.start({ speed: 100 });
    const busy = fast.add('ever-busy', { state: 'restarting' });

    const given = await fast.upgrade({ docker_image: 'acme/ever-busy:2.0.0' });
    await fast.close();

    expect(given).toMatchObject({
      status: 'failed',
      rollouts: [{ status: 'skipped', reason: { code: 'service.busy' } }],
    });
    expect(secondsOf(given)).toBeGreaterThanOrEqual(600);
    expect(fast.requests(busy, 'POST')).toEqual([]);
  });

  it('is not waited for where somebody has left over an upgrade of long ago', async () => {
    const turned = await TurnedWorld.start();
    const upgrade = { previousImage: 'acme/left-over:0.9.0' };
    const left = turned.add('left-over', { state: 'upgraded', upgrade });
    await turned.turn(600_000, 10_000);

    const notWaited = await turned.upgrade({ docker_image: 'acme/left-over:2.0.0' });
    await turned.close();

    expect(notWaited).toMatchObject({
      status: 'failed',
      rollouts: [{ status: 'skipped', reason: { code: 'service.awaiting_confirmation' } }],
    });
    expect(secondsOf(notWaited)).toBeLessThan(1);
    expect(turned.world.requests(left, 'POST')).toEqual([]);
  });
});

/** How long something took, by the service's own clock. */
function secondsOf(
  thing:
    | {
        readonly started_at?: string | null;
        readonly created_at?: string;
        readonly finished_at: string | null;
      }
    | undefined,
): number {
  const begun = thing?.started_at ?? thing?.created_at ?? '';
  return (Date.parse(thing?.finished_at ?? '') - Date.parse(begun)) / 1000;
}

/** How many services were between their start and their end after each change. */
function atOnceIn(changes: World['rancher']['journal']['changes']): readonly number[] {
  const under = new Set<string>();
  return changes.map(({ service, to }) => {
    if (to === 'upgrading') under.add(service);
    if (to === 'active') under.delete(service);
    return under.size;
  });
}
