import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RolloutView } from '../src/upgrade/routes/upgrade.view.js';
import { untilRollout } from './harness/rollouts.js';
import { linesOf, SlackChannel } from './harness/slack-channel.js';
import { World } from './harness/world.js';

interface History {
  readonly data: readonly (RolloutView & { readonly upgrade: string })[];
  readonly next: string | null;
}

describe('people are told', () => {
  let slack: SlackChannel;
  let world: World;

  beforeAll(async () => {
    slack = await SlackChannel.open();
    world = await World.start({ variables: { ...slack.variables, AUTOUPDATE_MAX_PARALLEL: '100' } });
  });

  afterAll(async () => {
    await world.close();
    await slack.close();
  });

  /** The messages about an image, as soon as there are so many. */
  async function messages(image: string, count: number) {
    await world.until(`there are ${count} messages`, () => slack.about(image).length >= count);
    return slack.about(image);
  }

  it('early of the first failure while other services are under way, and of all at the end', async () => {
    const image = 'acme/early:1.0.0';
    for (const name of ['early-ill', 'early-slow', 'early-worse'])
      world.add(name, { image, healthCheck: true });
    const kind = 'never-healthy';
    for (const service of ['early-ill', 'early-worse']) world.rancher.faults.add({ kind, service });
    const slow = world.rancher.faults.add({ kind: 'never-healthy', service: 'early-slow' });
    const ids = [
      await world.begin({ docker_image: 'acme/early:2.0.0', timeout: 600, on_failure: 'rollback' }),
    ];
    const id = String(ids[0]);
    await world.until(
      'all are under way',
      async () => (await world.view(id)).rollouts.filter(({ status }) => status === 'upgrading').length === 3,
    );

    const [first, other] = (await world.view(id)).rollouts.filter(
      ({ service }) => service.name !== 'early-slow',
    );
    await world.ask('POST', `/upgrades/${id}/rollback?rollout=${String(first?.id)}`);
    const [early] = await messages('acme/early:2.0.0', 1);
    await world.ask('POST', `/upgrades/${id}/rollback?rollout=${String(other?.id)}`);
    await world.until(
      'both are rolled back',
      async () =>
        (await world.view(id)).rollouts.filter(({ status }) => status === 'rolled_back').length === 2,
    );
    const between = slack.about('acme/early:2.0.0').length;
    slow.remove();
    await world.settled(id);
    const [, whole] = await messages('acme/early:2.0.0', 2);

    expect(early?.attachments).toMatchObject([{ color: 'danger' }]);
    expect(early?.text).toContain('others are still under way');
    expect(early && linesOf(early)).toEqual([expect.stringContaining('*rolled back*')]);
    expect(between).toBe(1);
    expect(whole?.text).toBe('`acme/early:2.0.0`: 1 of 3 services upgraded, 2 rolled back');
    expect(slack.about('acme/early:2.0.0')).toHaveLength(2);
  });

  it('of a service that was rolled back, as of a failure and with the reason', async () => {
    world.rancher.faults.add({ kind: 'never-healthy', image: 'acme/undone:2.0.0' });
    world.add('undone', { healthCheck: true });

    await world.upgrade({ docker_image: 'acme/undone:2.0.0', timeout: 10, on_failure: 'rollback' });
    const [message] = await messages('acme/undone:2.0.0', 1);

    expect(message?.attachments).toMatchObject([{ color: 'danger' }]);
    expect(message?.text).toBe('`acme/undone:2.0.0`: 0 of 1 service upgraded, 1 rolled back');
    expect(message && linesOf(message)[0]).toMatch(/undone> \*rolled back\*.*: still upgrading after 10 s/);
  });

  it('of a service that could not be rolled back, and why', async () => {
    world.rancher.faults.add({ kind: 'never-healthy', image: 'acme/kept:2.0.0' });
    world.rancher.faults.add({
      kind: 'race',
      service: 'kept',
      image: 'acme/kept:9.9.9',
      winner: 'ours',
      variant: 'upgrade-null',
    });
    world.add('kept', { healthCheck: true });

    await world.upgrade({ docker_image: 'acme/kept:2.0.0', timeout: 10, on_failure: 'rollback' });
    const [message] = await messages('acme/kept:2.0.0', 1);

    expect(message?.attachments).toMatchObject([{ color: 'danger' }]);
    expect(message && linesOf(message)[0]).toMatch(
      /kept> \*rollback failed\*.*: Rancher took the rollback and kept the new version/,
    );
  });

  it('of a version that is held back from a service', async () => {
    world.rancher.faults.add({ kind: 'never-healthy', image: 'acme/held:2.0.0' });
    world.add('held', { healthCheck: true });
    await world.upgrade({ docker_image: 'acme/held:2.0.0', timeout: 10, on_failure: 'rollback' });

    await world.upgrade({ docker_image: 'acme/held:2.0.0' });
    const [, message] = await messages('acme/held:2.0.0', 2);

    expect(message && linesOf(message)[0]).toMatch(/held> \*blocked\*.*it was rolled back from this service/);
  });

  it('of what was cancelled', async () => {
    world.add('called-off', { state: 'restarting' });
    const id = await world.begin({ docker_image: 'acme/called-off:2.0.0' });
    await untilRollout(world, id, 'queued');

    await world.ask('POST', `/upgrades/${id}/cancel`);
    const [message] = await messages('acme/called-off:2.0.0', 1);

    expect(message?.attachments).toMatchObject([{ color: 'warning' }]);
    expect(message && linesOf(message)[0]).toContain('*cancelled*');
  });

  describe('by GET /services/:environment/:service/upgrades', () => {
    it('what was rolled out to a service, newest first and page by page', async () => {
      const service = world.add('storied');
      const ids: (string | null)[] = [];
      for (const tag of ['1.1.0', '1.2.0', '1.3.0']) {
        ids.unshift((await world.upgrade({ docker_image: `acme/storied:${tag}` })).id);
      }
      const path = `/services/1a5/${service.ref}/upgrades`;

      const { status, body } = await world.get<History>(path);
      const first = await world.get<History>(`${path}?limit=2`);
      const second = await world.get<History>(`${path}?limit=2&after=${String(first.body.next)}`);

      expect(status).toBe(200);
      expect(body.next).toBeNull();
      expect(body.data.map(({ upgrade }) => upgrade)).toEqual(ids);
      expect(body.data[0]).toMatchObject({
        service: { id: service.ref, name: 'storied' },
        from: 'acme/storied:1.2.0',
        to: 'acme/storied:1.3.0',
        status: 'finished',
      });
      expect([...first.body.data, ...second.body.data].map(({ upgrade }) => upgrade)).toEqual(ids);
      expect(second.body.next).toBeNull();
    });

    it('nothing of a service to which nothing was rolled out', async () => {
      expect(await world.get('/services/1a5/1s9999/upgrades')).toMatchObject({
        status: 200,
        body: { data: [], next: null },
      });
    });

    it.each(['limit=0', 'limit=101', 'after=x', 'status=failed'])(
      'nothing for the query %s',
      async (query) => {
        expect(await world.get(`/services/1a5/1s1/upgrades?${query}`)).toMatchObject({ status: 400 });
      },
    );
  });
});
