import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '../simulator/faults/faults.js';
import type { FleetDescription } from '../simulator/fleet.js';
import { InvalidSettings } from '../src/config/settings-registry.js';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { LISTING_SERVES_MS, World } from './harness/world.js';

const NAMES = ['production', 'nonprod', 'prod', 'eu, west', 'staging'];

const FLEET: FleetDescription = {
  environments: [
    ...NAMES.map((name) => ({ name, stacks: [] })),
    { name: 'prod-asleep', state: 'inactive', stacks: [] },
  ],
  keys: [{ access: 'admin', secret: 'admin-secret', kind: 'admin' }],
};

describe('AUTOUPDATE_ENVIRONMENT_NAMES', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ fleet: FLEET, isServed: false });
    for (const { name } of FLEET.environments) world.add('web', {}, name);
  });

  afterEach(() => world.stopService());

  afterAll(() => world.close());

  async function use(variables: Readonly<Record<string, string>>): Promise<void> {
    world.output.length = 0;
    await world.startService(variables);
  }

  async function planned(): Promise<readonly string[]> {
    const { body } = await world.post({ docker_image: 'acme/web:2.0.0', dry_run: true });
    return body.rollouts.map(({ environment }) => environment.name);
  }

  function said(): readonly unknown[] {
    return world.log.map(({ message }) => message);
  }

  it.each([
    ['', NAMES],
    ['.*', NAMES],
    ['^production$', ['production']],
    ['prod', ['production', 'nonprod', 'prod']],
    ['^prod', ['production', 'prod']],
    ['prod$', ['nonprod', 'prod']],
    [' ^prod$ , ^staging$ ', ['prod', 'staging']],
    ['["^eu, west$"]', ['eu, west']],
    ['["^eu, west$", " ^prod$ "]', ['prod', 'eu, west']],
    ['^(?i:STAGING)$', ['staging']],
    ['[ps]rod', ['production', 'nonprod', 'prod']],
    ['^none$', []],
  ])('%j selects %j', async (pattern, names) => {
    await use({ AUTOUPDATE_ENVIRONMENT_NAMES: pattern });

    expect(await planned()).toEqual(names);
  });

  it('that selects none is the reason for which an upgrade fails, and a dry run says so', async () => {
    await use({ AUTOUPDATE_ENVIRONMENT_NAMES: '^none$' });
    const none = 'no environment that the key can see is selected';
    const reason = { code: 'environment.none_selected', message: none };

    const plan = await world.post({ docker_image: 'acme/web:2.0.0', dry_run: true });
    const real = await world.upgrade({ docker_image: 'acme/web:2.0.0' });

    expect(plan).toMatchObject({
      status: 200,
      body: { status: 'planned', message: `${none}; nothing was changed`, reason },
    });
    expect(real).toMatchObject({ status: 'failed', message: none, reason });
  });

  it('is told in the log, environment by environment, with a warning where a pattern may select too much', async () => {
    await use({ AUTOUPDATE_ENVIRONMENT_NAMES: 'prod' });
    await planned();

    const doubt = 'of whose name it is only a part: write ^prod$ if that is not meant';
    expect(said()).toEqual(
      expect.arrayContaining([
        'environment production is selected: by the pattern prod',
        'environment nonprod is selected: by the pattern prod',
        'environment prod is selected: by the pattern prod',
        'environment staging is left out: no pattern is found in its name',
        'environment prod-asleep is left out: it is inactive',
        `the pattern prod selects production, ${doubt}`,
        `the pattern prod selects nonprod, ${doubt}`,
      ]),
    );
    expect(said()).not.toContain(`the pattern prod selects prod, ${doubt}`);
  });

  it('may have its old misspelling, with a warning', async () => {
    await use({ AUTOUDPATE_ENVIRONMENT_NAMES: '^staging$' });

    expect(await planned()).toEqual(['staging']);
    expect(said().filter((message) => String(message).includes('AUTOUDPATE_ENVIRONMENT_NAMES'))).toHaveLength(
      1,
    );
  });

  it('may have both spellings if they say the same', async () => {
    await use({ AUTOUPDATE_ENVIRONMENT_NAMES: '^prod$', AUTOUDPATE_ENVIRONMENT_NAMES: '^prod$' });

    expect(await planned()).toEqual(['prod']);
  });

  it.each([
    [{ AUTOUPDATE_ENVIRONMENT_NAMES: '^a$', AUTOUDPATE_ENVIRONMENT_NAMES: '^b$' }, 'both set'],
    [{ AUTOUPDATE_ENVIRONMENT_NAMES: '^a$,' }, 'has an empty pattern'],
    [{ AUTOUPDATE_ENVIRONMENT_NAMES: '["^a$", ""]' }, 'has an empty pattern'],
    [{ AUTOUPDATE_ENVIRONMENT_NAMES: '[]' }, 'must have at least one pattern'],
    [{ AUTOUPDATE_ENVIRONMENT_NAMES: '^a$,(b' }, 'has the pattern (b, which cannot be read'],
    [{ AUTOUPDATE_ENVIRONMENT_NAMES: 'a(?=b)' }, 'has the pattern a(?=b), which cannot be read'],
  ])('stops the start with %j', async (variables, problem) => {
    const start = use(variables);

    await expect(start).rejects.toBeInstanceOf(InvalidSettings);
    await expect(start).rejects.toThrow(problem);
  });
});

describe('an environment that cannot be read', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ hasEvents: false });
  });

  afterAll(() => world.close());

  const STAGING = { id: '1a6', name: 'staging' };

  const FORBIDDEN = {
    code: 'rancher.forbidden',
    message: 'Rancher forbids it (403): the key does not belong to the environment, or that is not active',
  };

  const TROUBLES: readonly (readonly [Fault, { code: string; message: string }])[] = [
    [{ kind: 'forbidden' }, FORBIDDEN],
    [
      { kind: 'server-error', status: 503 },
      { code: 'rancher.unreachable', message: 'Rancher answers 503 (Service Unavailable)' },
    ],
    [
      { kind: 'proxy-page', status: 502 },
      { code: 'rancher.unreachable', message: 'Rancher or a proxy before it answers 502' },
    ],
    [
      { kind: 'reset' },
      { code: 'rancher.unreachable', message: 'Rancher cannot be reached: connection reset' },
    ],
  ];

  /** The same service in both environments. */
  function both(name: string): void {
    world.add(name);
    world.add(name, {}, 'staging');
  }

  async function untilUnread(id: string): Promise<UpgradeView> {
    const waiting = async () => {
      const { unread_environments: unread, rollouts } = await world.view(id);
      return unread.length > 0 && rollouts[0]?.status === 'finished';
    };
    await world.until('the other environment is done', waiting);
    return world.view(id);
  }

  it.each(TROUBLES)('(%j) holds up only itself, and is named', async (trouble, reason) => {
    const name = `unread-${trouble.kind}`;
    both(name);
    const fault = world.rancher.faults.add({ ...trouble, environment: 'staging', path: '/services' });

    const id = await world.begin({ docker_image: `acme/${name}:2.0.0` });
    const waiting = await untilUnread(id);
    const plan = await world.post({ docker_image: `acme/${name}:3.0.0`, dry_run: true });
    fault.remove();
    const done = await world.settled(id);

    expect(waiting).toMatchObject({
      status: 'running',
      finished_at: null,
      message: `waiting for Rancher: ${reason.message}; 1 of 1 service done`,
      rollouts: [{ environment: { name: 'production' }, status: 'finished' }],
      unread_environments: [{ environment: STAGING, reason }],
    });
    expect(plan).toMatchObject({
      status: 200,
      body: {
        message: '1 to upgrade, 0 left as they are, 1 environment could not be read; nothing was changed',
        rollouts: [{ environment: { name: 'production' } }],
        unread_environments: [{ environment: STAGING, reason }],
      },
    });
    expect(done).toMatchObject({
      status: 'succeeded',
      message: '2 of 2 services done',
      unread_environments: [],
    });
  });

  it('leaves nothing for a dry run to say when there is no other', async () => {
    const fault = world.rancher.faults.add({ kind: 'forbidden', path: '/services' });

    const answer = await world.post({ docker_image: 'acme/web:2.0.0', dry_run: true });
    fault.remove();

    expect(answer).toMatchObject({ status: 503, body: FORBIDDEN });
  });

  describe('where patience is a minute', () => {
    beforeAll(async () => {
      await world.stopService();
      await world.startService({ AUTOUPDATE_PATIENCE_MINUTES: '1' });
    });

    it('is given up when patience ends, and is a failure', async () => {
      both('given-up');
      const fault = world.rancher.faults.add({
        kind: 'forbidden',
        environment: 'staging',
        path: '/services',
      });

      const [partly, failed] = await Promise.all([
        world.upgrade({ docker_image: 'acme/given-up:2.0.0' }),
        world.upgrade({ docker_image: 'acme/given-up:0.9.0' }),
      ]);
      fault.remove();

      const tookMs = Date.parse(partly.finished_at ?? '') - Date.parse(partly.created_at);
      expect(tookMs).toBeGreaterThanOrEqual(60_000);
      expect(partly).toMatchObject({
        status: 'partly_failed',
        message: '1 of 1 service done, 1 environment could not be read',
        rollouts: [{ environment: { name: 'production' }, status: 'finished' }],
        unread_environments: [{ environment: STAGING, reason: FORBIDDEN }],
      });
      expect(failed).toMatchObject({
        status: 'failed',
        message: '1 environment could not be read',
        rollouts: [],
        skipped: [{ reason: { code: 'version.not_newer' } }],
        unread_environments: [{ environment: STAGING, reason: FORBIDDEN }],
      });
    });

    it('is left alone for as long as it wants, and the others are not', async () => {
      both('resting');
      await world.allKnown();
      await world.pass(LISTING_SERVES_MS);
      const alone = { environment: 'staging', path: '/services', times: 1 };
      world.rancher.faults.add({ kind: 'server-error', status: 503, retryAfter: '3600', ...alone });
      world.rancher.journal.clear();

      const done = await world.upgrade({ docker_image: 'acme/resting:2.0.0' });

      const asked = world.rancher.journal.requests.filter(({ path }) =>
        path.includes(`/projects/${STAGING.id}/services`),
      );
      expect(asked).toHaveLength(1);
      expect(done).toMatchObject({
        status: 'partly_failed',
        rollouts: [{ environment: { name: 'production' }, status: 'finished' }],
        unread_environments: [
          {
            environment: STAGING,
            reason: { message: expect.stringMatching(/^nothing was asked.*answers 503/) },
          },
        ],
      });
    });
  });
});
