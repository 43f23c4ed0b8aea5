import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { FleetDescription } from '../simulator/fleet.js';
import type { Service } from '../simulator/world/records.js';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { World } from './harness/world.js';

const FLEET: FleetDescription = {
  environments: [
    { name: 'production', id: '1a5', stacks: [] },
    { name: 'staging', id: '1a6', stacks: [] },
    { name: 'private', id: '1a7', stacks: [] },
    { name: 'renewed', id: '1a8', state: 'upgrading', stacks: [] },
    { name: 'asleep', id: '1a9', state: 'inactive', stacks: [] },
  ],
  keys: [
    { access: 'environment', secret: 'environment-secret', kind: 'environment', environment: 'production' },
    { access: 'agent', secret: 'agent-secret', kind: 'service_account', environment: 'production' },
    {
      access: 'user',
      secret: 'user-secret',
      kind: 'user',
      environments: ['production', 'staging', 'asleep'],
    },
    {
      access: 'restricted',
      secret: 'restricted-secret',
      kind: 'user',
      role: 'restricted',
      environments: ['staging'],
    },
    { access: 'stranger', secret: 'stranger-secret', kind: 'user', environments: [] },
    { access: 'readonly', secret: 'readonly-secret', kind: 'readonly', environments: ['production'] },
    { access: 'sleeper', secret: 'sleeper-secret', kind: 'environment', environment: 'asleep' },
    { access: 'admin', secret: 'admin-secret', kind: 'admin' },
  ],
};

const REFUSED = 'Rancher refuses the key (401): it is wrong or no longer active, or its environment is not';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
}

describe('a key', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ fleet: FLEET, isServed: false });
  });

  afterEach(() => world.stopService());

  afterAll(() => world.close());

  /** Starts the service with this key. */
  async function use(key: string, variables: Readonly<Record<string, string>> = {}): Promise<void> {
    const secret = `${key}-secret`;
    world.rancher.journal.clear();
    world.output.length = 0;
    await world.startService({ CATTLE_ACCESS_KEY: key, CATTLE_SECRET_KEY: secret, ...variables });
  }

  /** The same service in all environments. */
  function everywhere(name: string): void {
    for (const { name: environment } of FLEET.environments) world.add(name, {}, environment);
  }

  async function checks(): Promise<readonly Check[]> {
    return (await world.get<{ checks: readonly Check[] }>('/health/ready')).body.checks;
  }

  describe.each([
    { key: 'environment', sees: ['production'] },
    { key: 'agent', sees: ['production'] },
    { key: 'user', sees: ['production', 'staging'] },
    { key: 'restricted', sees: ['staging'] },
    { key: 'admin', sees: ['private', 'production', 'renewed', 'staging'] },
  ])('of the kind $key', ({ key, sees }) => {
    it('is enough to upgrade what it sees, and nothing else', async () => {
      const name = `seen-by-${key}`;
      everywhere(name);
      await use(key);

      const plan = await world.post({ docker_image: `acme/${name}:2.0.0`, dry_run: true });
      const done = await world.upgrade({ docker_image: `acme/${name}:2.0.0` });

      const upgraded = FLEET.environments
        .map((environment) => world.rancher.fleet.service(environment.name, 'shop', name))
        .filter(({ image }) => image === `docker:acme/${name}:2.0.0`)
        .map(({ environment }) => environment.name);
      expect(environmentsOf(plan.body)).toEqual(sees);
      expect(environmentsOf(done)).toEqual(sees);
      expect(done).toMatchObject({ status: 'succeeded', skipped: [], unread_environments: [] });
      expect(upgraded.toSorted()).toEqual(sees);
    });

    it('makes the service ready, and is said to see what it sees', async () => {
      await use(key);

      const all = await checks();

      expect(all).toMatchObject([
        { name: 'rancher', ok: true },
        { name: 'key', ok: true },
        { name: 'environments', ok: true },
        { name: 'store', ok: true },
      ]);
      for (const name of sees) expect(all[2]?.message).toContain(name);
    });
  });

  it('that sees no environment has an upgrade fail, and says why', async () => {
    await use('stranger');

    const done = await world.upgrade({ docker_image: 'acme/web:2.0.0' });
    const plan = await world.post({ docker_image: 'acme/web:2.0.0', dry_run: true });

    const message = 'no environment that the key can see is selected';
    expect(done).toMatchObject({ status: 'failed', message });
    expect(plan).toMatchObject({ status: 200, body: { status: 'planned', rollouts: [] } });
    expect(await checks()).toContainEqual({
      name: 'environments',
      ok: false,
      message: 'none of these is selected and in use: nothing',
    });
    expect(logged('no environment is selected')).toBe(1);
  });

  it('that may only read has the services left as they are, says why, and fails', async () => {
    world.add('read');
    await use('readonly');

    const plan = await world.post({ docker_image: 'acme/read:2.0.0', dry_run: true });
    const done = await world.upgrade({ docker_image: 'acme/read:2.0.0' });

    const reason = {
      code: 'service.read_only',
      message: 'the key may look at read, but not upgrade it',
    };
    expect(plan.body).toMatchObject({ rollouts: [], skipped: [{ reason }] });
    expect(done).toMatchObject({ status: 'failed', rollouts: [], skipped: [{ reason }] });
    expect(posts()).toEqual([]);
  });

  describe('that is refused', () => {
    it.each(['unknown', 'sleeper'])('(%s) is told by the plan, by readiness and by the log', async (key) => {
      await use(key);

      const plan = await world.post({ docker_image: 'acme/web:2.0.0', dry_run: true });
      const all = await checks();

      expect(plan).toMatchObject({ status: 503, body: { code: 'rancher.unauthorized', message: REFUSED } });
      expect(all).toMatchObject([
        { name: 'rancher', ok: true },
        { name: 'key', ok: false, message: REFUSED },
        { name: 'environments', ok: false },
        { name: 'store', ok: true },
      ]);
      const lines = world.log.filter(({ message, request }) => message === REFUSED && !request);
      expect(lines).toHaveLength(1);
    });

    it('may be one from which the list of environments is hidden', async () => {
      await use('agent');
      const fault = world.rancher.faults.add({ kind: 'server-error', status: 404, path: /\/projects$/ });

      const plan = await world.post({ docker_image: 'acme/web:2.0.0', dry_run: true });
      const [, keyCheck] = await checks();
      fault.remove();

      const message = expect.stringContaining('the key may not list environments');
      expect(plan).toMatchObject({ status: 503, body: { code: 'rancher.forbidden', message } });
      expect(keyCheck).toMatchObject({ name: 'key', ok: false, message });
    });

    it('is a wrong one also to a Rancher that asks for none', async () => {
      const open = await World.start({
        fleet: FLEET,
        simulator: { security: false },
        variables: { CATTLE_ACCESS_KEY: 'wrong', CATTLE_SECRET_KEY: 'wrong-secret' },
      });

      const plan = await open.post({ docker_image: 'acme/web:2.0.0', dry_run: true });
      await open.close();

      expect(plan).toMatchObject({ status: 503, body: { code: 'rancher.unauthorized' } });
    });

    it('holds up an upgrade, which goes on when the key is taken', async () => {
      world.add('patient');
      await use('late');

      const id = await world.begin({ docker_image: 'acme/patient:2.0.0' });
      await world.until('it waits', async () => (await world.view(id)).message !== 'looking for services');
      const waiting = await world.view(id);
      world.rancher.fleet.addKey({ access: 'late', secret: 'late-secret', kind: 'admin' });

      expect(waiting).toMatchObject({
        status: 'running',
        message: `waiting for Rancher: ${REFUSED}`,
        rollouts: [],
      });
      expect(await world.settled(id)).toMatchObject({ status: 'succeeded', message: '1 of 1 service done' });
    });

    it('has the upgrade fail when patience ends', async () => {
      await use('unknown', { AUTOUPDATE_PATIENCE_MINUTES: '1' });

      const id = await world.begin({ docker_image: 'acme/web:2.0.0' });
      const { status, body } = await world.get(`/upgrades/${id}?wait=300&fail=true`);

      const tookMs = Date.parse(body.finished_at ?? '') - Date.parse(body.created_at);
      expect(status).toBe(424);
      expect(body).toMatchObject({ status: 'failed', message: REFUSED, rollouts: [], skipped: [] });
      expect(tookMs).toBeGreaterThanOrEqual(60_000);
      expect(tookMs).toBeLessThan(130_000);
    });
  });

  describe('of a service account, which cannot see secrets,', () => {
    const HIDDEN = { code: 'secrets.hidden', message: expect.stringContaining('environment API key') };

    it('upgrades the services without secrets and no other, and says what would help', async () => {
      const image = 'acme/some:1.0.0';
      const keeper = world.add('some-secret', { image, secrets: ['password'] });
      const plain = world.add('some-plain', { image });
      const empty = world.add('some-empty', { image, scale: 0 });
      const reasons = { [keeper.name]: HIDDEN, [empty.name]: HIDDEN, [plain.name]: null };
      await use('agent');

      const plan = await world.post({ docker_image: 'acme/some:2.0.0', dry_run: true });
      const done = await world.upgrade({ docker_image: 'acme/some:2.0.0' });

      expect(plan.body.rollouts).toMatchObject([{ service: { name: plain.name } }]);
      expect(reasonsIn(plan.body)).toEqual(reasons);
      expect(done).toMatchObject({ status: 'partly_failed', message: '1 of 3 services done, 2 blocked' });
      expect(reasonsIn(done)).toEqual(reasons);
      expect(posts()).toEqual([plain, plain].map(pathOf));
      expect(secretsOf(keeper)).toEqual(['password']);
    });

    it('is warned of at the start, once', async () => {
      await use('agent');
      await checks();
      await checks();

      const warnings = world.log.filter(({ message }) => String(message).includes('service account key'));
      expect(warnings).toMatchObject([
        {
          level: 'warn',
          message: expect.stringContaining('Services that use secrets are left as they are.'),
        },
      ]);
    });

    it('upgrades all of them, with that loss, where this is allowed', async () => {
      const service = world.add('loser', { secrets: ['password'] });
      await use('agent', { AUTOUPDATE_ALLOW_SECRETS_LOSS: 'true' });

      const plan = await world.post({ docker_image: 'acme/loser:2.0.0', dry_run: true });
      const done = await world.upgrade({ docker_image: 'acme/loser:2.0.0' });

      const warnings = world.log.filter(({ message }) => String(message).includes('service account key'));
      expect(plan.body).toMatchObject({ rollouts: [{ status: 'queued' }], skipped: [] });
      expect(done).toMatchObject({ status: 'succeeded' });
      expect(secretsOf(service)).toEqual([]);
      expect(warnings).toMatchObject([
        { message: expect.stringContaining('AUTOUPDATE_ALLOW_SECRETS_LOSS lets it do so.') },
      ]);
    });
  });

  describe('whose kind a proxy keeps from us', () => {
    const HIDDEN = {
      code: 'secrets.hidden',
      message: expect.stringContaining('the header X-API-ACCOUNT-KIND, which tells, is missing'),
    };

    it.each(['environment', 'agent'])('(%s) upgrades nothing that it may strip of secrets', async (key) => {
      const image = `acme/kept-from-${key}:1.0.0`;
      const keeper = world.add(`kept-secret-${key}`, { image, secrets: ['password'] });
      const plain = world.add(`kept-plain-${key}`, { image });
      const fault = world.rancher.faults.add({ kind: 'drop-header', header: 'X-API-ACCOUNT-KIND' });
      await use(key);

      const done = await world.upgrade({ docker_image: image.replace('1.0.0', '2.0.0') });
      fault.remove();

      expect(done).toMatchObject({ status: 'partly_failed', message: '1 of 2 services done, 1 blocked' });
      expect(reasonsIn(done)).toEqual({ [keeper.name]: HIDDEN, [plain.name]: null });
      expect(posts()).toEqual([plain, plain].map(pathOf));
      expect(secretsOf(keeper)).toEqual(['password']);
      expect(logged('X-API-ACCOUNT-KIND, which tells, is missing in the replies; an upgrade could')).toBe(1);
    });
  });

  it.each(['environment', 'user', 'admin'])('of the kind %s keeps secrets', async (key) => {
    const service = world.add(`keeper-${key}`, { secrets: ['password', 'certificate'] });
    await use(key);

    const done = await world.upgrade({ docker_image: `acme/${service.name}:2.0.0` });

    expect(done).toMatchObject({ status: 'succeeded' });
    expect(secretsOf(service)).toEqual(['password', 'certificate']);
    expect(logged('service account key')).toBe(0);
  });

  it('shows in no line of the log', async () => {
    const debug = { AUTOUPDATE_LOG_LEVEL: 'debug' };
    const fault = world.rancher.faults.add({ kind: 'reset', times: 2 });
    await use('environment', debug);
    await world.upgrade({ docker_image: 'acme/web:2.0.0' });
    fault.remove();
    const before = world.output.join('');
    await world.stopService();
    await use('unknown', debug);
    await world.post({ docker_image: 'acme/web:2.0.0', dry_run: true });

    const all = before + world.output.join('');
    expect(all).toContain('cannot be reached');
    expect(all).not.toMatch(/(environment|unknown)-secret/);
    expect(all).not.toContain(btoa('environment:environment-secret'));
    expect(all).not.toContain(btoa('unknown:unknown-secret'));
  });

  /** How many lines of the log say this. */
  function logged(text: string): number {
    return world.log.filter(({ message }) => String(message).includes(text)).length;
  }

  function posts(): readonly string[] {
    return world.rancher.journal.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
  }
});

function pathOf({ ref }: Service): string {
  return `/v2-beta/projects/1a5/services/${ref}/`;
}

function environmentsOf({ rollouts }: UpgradeView): readonly string[] {
  return rollouts.map(({ environment }) => environment.name).toSorted();
}

function reasonsIn({ rollouts, skipped }: UpgradeView): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...rollouts, ...skipped].map(({ service, reason }) => [service.name, reason]));
}

function secretsOf({ launchConfig }: Service): readonly unknown[] {
  const secrets = launchConfig['secrets'] ?? [];
  return Array.isArray(secrets) ? secrets.map(({ name }: { name: string }) => name) : [];
}
