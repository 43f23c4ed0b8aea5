import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FaultHandle } from '../simulator/faults/faults.js';
import type { Service } from '../simulator/world/records.js';
import { asked, rolloutOf, untilRollout } from './harness/rollouts.js';
import { linesOf, SlackChannel } from './harness/slack-channel.js';
import { World } from './harness/world.js';

/** A service whose upgrade has failed for its new container is not healthy, and was left so. */
interface Left {
  readonly service: Service;
  readonly id: string;
  readonly ailment: FaultHandle;
}

describe('an upgrade that has failed and was left as it is', () => {
  let slack: SlackChannel;
  let world: World;

  beforeAll(async () => {
    slack = await SlackChannel.open();
    world = await World.start({
      variables: { ...slack.variables, AUTOUPDATE_MAX_PARALLEL: '1' },
    });
  });

  afterAll(async () => {
    await world.close();
    await slack.close();
  });

  async function left(name: string, body: Readonly<Record<string, unknown>> = {}): Promise<Left> {
    const ailment = world.rancher.faults.add({ kind: 'never-healthy', image: `acme/${name}:2.0.0` });
    const service = world.add(name, { healthCheck: true });
    const id = await world.begin({ docker_image: `acme/${name}:2.0.0`, timeout: 10, ...body });
    await untilRollout(world, id, 'failed');
    return { service, id, ailment };
  }

  it('is finished after all once it is well, and people are told', async () => {
    const { service, id, ailment } = await left('tardy');
    const failed = await world.settled(id);

    ailment.remove();
    await untilRollout(world, id, 'finished');
    const late = await world.settled(id);
    await world.until('both are told', () => slack.about('acme/tardy:2.0.0').length === 2);

    expect(failed).toMatchObject({
      status: 'failed',
      rollouts: [{ status: 'failed', reason: { code: 'rollout.timeout' } }],
    });
    expect(late).toMatchObject({
      status: 'succeeded',
      rollouts: [{ status: 'finished', reason: { code: 'rollout.late' } }],
    });
    expect(asked(world, service)).toEqual(['upgrade', 'finishupgrade']);
    const [first, second] = slack.about('acme/tardy:2.0.0');
    expect(first?.attachments).toMatchObject([{ color: 'danger' }]);
    expect(second?.attachments).toMatchObject([{ color: 'good' }]);
    expect(second && linesOf(second)[0]).toContain('after its timeout');
  });

  it('holds no slot while it may yet become well', async () => {
    const { service, id, ailment } = await left('slotless');
    world.add('next');

    const next = await world.upgrade({ docker_image: 'acme/next:2.0.0' });

    expect(next.status).toBe('succeeded');
    expect(service.state).toBe('upgrading');
    expect(await rolloutOf(world, id)).toMatchObject({ status: 'failed' });
    ailment.remove();
    await untilRollout(world, id, 'finished');
  });

  it('is told of with what there is to do about it', async () => {
    await left('told');

    await world.until('it is told', () => slack.about('acme/told:2.0.0').length === 1);

    const [message] = slack.about('acme/told:2.0.0');
    expect(message?.attachments).toMatchObject([{ color: 'danger' }]);
    expect(message && linesOf(message)[0]).toMatch(
      /\*failed\*.*still upgrading after 10 s.*roll it back there, or finish it there once it is well$/,
    );
  });

  it('is not finished where nobody asked for that', async () => {
    const { service, id, ailment } = await left('unasked', { confirm: false });

    ailment.remove();
    await world.untilState(service, 'upgraded');
    world.add('unasked-next');
    await world.upgrade({ docker_image: 'acme/unasked-next:2.0.0' });

    expect(await rolloutOf(world, id)).toMatchObject({
      status: 'failed',
      reason: { code: 'rollout.timeout' },
    });
    expect(asked(world, service)).toEqual(['upgrade']);
  });

  it('is done where somebody else has finished it', async () => {
    const { service, id, ailment } = await left('finished');

    world.rancher.as('alice').scale(service, 1);
    await world.untilState(service, 'upgraded');
    world.rancher.as('alice').finishupgrade(service);
    ailment.remove();
    await untilRollout(world, id, 'finished');

    expect(await rolloutOf(world, id)).toMatchObject({ reason: { code: 'rollout.finished_elsewhere' } });
    expect(asked(world, service)).toEqual(['upgrade']);
  });

  it('stays failed where somebody else has rolled it back, and is held back', async () => {
    const { service, id } = await left('undone');

    world.rancher.as('alice').rollback(service);
    await world.until('it is seen', async () => {
      const { reason } = await rolloutOf(world, id);
      return reason?.code === 'rollout.rolled_back_elsewhere';
    });
    const holds = await world.get<{ data: readonly { image: string }[] }>('/holds');

    expect(await rolloutOf(world, id)).toMatchObject({ status: 'failed' });
    expect(holds.body.data).toMatchObject([{ image: 'acme/undone:2.0.0', upgrade: id }]);
    expect(asked(world, service)).toEqual(['upgrade']);
  });

  it('stays failed where somebody else has upgraded it to something else', async () => {
    const { service, id } = await left('replaced');

    world.rancher.as('alice').rollback(service);
    await world.untilState(service, 'active');
    world.rancher.as('alice').upgrade(service, 'docker:acme/replaced:3.0.0');
    await world.until('it is seen', async () => {
      const { reason } = await rolloutOf(world, id);
      return ['rollout.rolled_back_elsewhere', 'rollout.overtaken'].includes(reason?.code ?? '');
    });
    await world.untilState(service, 'upgraded');

    expect(await rolloutOf(world, id)).toMatchObject({ status: 'failed' });
    expect(asked(world, service)).toEqual(['upgrade']);
  });
});
