import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { answering, hanging, type Reply } from './fakes/receiver.js';
import { DOCUMENT, mistakesIn } from './harness/documented.js';
import { SlackChannel } from './harness/slack-channel.js';
import { SIGNING_SECRET, ToldChannels } from './harness/told-channels.js';
import { World } from './harness/world.js';

interface Tested {
  readonly channels: readonly {
    readonly name: string;
    readonly kind: string;
    readonly ok: boolean;
    readonly message: string;
  }[];
}

describe('channels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'channels-'));
  let told: ToldChannels;
  let slack: SlackChannel;
  let world: World;

  beforeAll(async () => {
    told = await ToldChannels.open({
      prod: { environments: '^production$' },
      rest: { environments: '^(?:staging|test)$' },
      alarm: { tone: 'danger' },
      team: { kind: 'teams', secret: undefined },
    });
    slack = await SlackChannel.open();
    const file = join(folder, 'channels.json');
    writeFileSync(file, told.json);
    world = await World.start({
      variables: {
        ...slack.variables,
        AUTOUPDATE_CHANNELS_FILE: file,
        AUTOUPDATE_DATA_DIR: folder,
        AUTOUPDATE_MAX_PARALLEL: '50',
      },
    });
  });

  afterEach(() => told.mend());

  afterAll(async () => {
    await world.close();
    await told.close();
    await slack.close();
    rmSync(folder, { recursive: true });
  });

  /** What each channel was told of an image, as soon as those have been that are to be: one message each. */
  async function each(image: string, ...names: readonly string[]) {
    await world.until(`${names.join()} are told`, () =>
      names.every((name) => told.about(name, image).length > 0),
    );
    const words = ['prod', 'rest', 'alarm'].flatMap((name) =>
      told.about(name, image).map(({ tone, summary, rollouts }) => {
        const services = rollouts.map(({ environment, service }) => `${environment}/${service}`);
        const inOrder = services.toSorted((one, other) => one.localeCompare(other));
        return `${name}: ${tone}, ${summary}, ${inOrder.join(' ')}`;
      }),
    );
    return words;
  }

  /** Another upgrade, of which all channels are told: what was to be told before has been told by then. */
  async function tellSomething(name: string): Promise<void> {
    const image = `acme/${name}`;
    world.add(name, { image: `${image}:1.0.0` });
    world.add(`${name}-2`, { image: `${image}:1.0.0` }, 'staging');
    await world.upgrade({ docker_image: `${image}:2.0.0` });
    await each(`${image}:2.0.0`, 'prod', 'rest');
  }

  it('are each told once of their own environments, with a sum and a tone of these alone', async () => {
    const image = 'acme/parted:1.0.0';
    world.add('parted', { image });
    world.add('parted-odd', { image, labels: { 'autoupdate.policy': 'nonsense' } });
    world.add('parted-test', { image }, 'staging');

    await world.upgrade({ docker_image: 'acme/parted:2.0.0' });

    expect(await each('acme/parted:2.0.0', 'prod', 'rest', 'alarm')).toEqual([
      'prod: danger, 1 of 2 services upgraded, 1 blocked, production/parted',
      'rest: info, 1 of 1 service upgraded, staging/parted-test',
      'alarm: danger, 2 of 3 services upgraded, 1 blocked, production/parted staging/parted-test',
    ]);
    expect(told.about('prod', 'acme/parted:2.0.0')[0]).toMatchObject({
      status: 'partly_failed',
      blocked: [{ service: 'parted-odd', reason: { code: 'policy.invalid' } }],
    });
    await world.until('Slack is told', () => slack.about('acme/parted:2.0.0').length === 1);
  });

  it('are told what a label says, and nobody where that is none', async () => {
    const image = 'acme/labelled:1.0.0';
    world.add('labelled', { image, labels: { 'autoupdate.notify': 'prod, alarm, opps' } });
    world.add('labelled-quiet', { image, labels: { 'autoupdate.notify': 'none' } });
    world.add('labelled-odd', {
      image,
      labels: { 'autoupdate.policy': 'nonsense', 'autoupdate.notify': 'none' },
    });

    await world.upgrade({ docker_image: 'acme/labelled:2.0.0' });
    await tellSomething('after-labels');

    expect(await each('acme/labelled:2.0.0', 'prod')).toEqual([
      'prod: info, 1 of 1 service upgraded, production/labelled',
    ]);
    expect(slack.about('acme/labelled:2.0.0')).toEqual([]);
    expect(world.log).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'the label autoupdate.notify names a channel that is not configured',
        channel: 'opps',
        service: 'shop/labelled',
      }),
    );
  });

  it('are each told early of the first failure that they hear of', async () => {
    const image = 'acme/early-parted';
    const names = ['parted-first', 'parted-second', 'parted-slow'];
    const ailments = names.map((service) => world.rancher.faults.add({ kind: 'never-healthy', service }));
    for (const name of names) {
      const environment = name === 'parted-first' ? 'staging' : 'production';
      world.add(name, { image: `${image}:1.0.0`, healthCheck: true }, environment);
    }
    const id = await world.begin({ docker_image: `${image}:2.0.0`, timeout: 600, on_failure: 'rollback' });
    const rollout = async (name: string) =>
      (await world.view(id)).rollouts.find(({ service }) => service.name === name);
    const takeBack = async (name: string) => {
      await world.until(`${name} is under way`, async () => (await rollout(name))?.status === 'upgrading');
      await world.ask('POST', `/upgrades/${id}/rollback?rollout=${String((await rollout(name))?.id)}`);
    };

    await takeBack('parted-first');
    await each(`${image}:2.0.0`, 'rest', 'alarm');
    const before = told.about('prod', `${image}:2.0.0`);
    await takeBack('parted-second');
    const [early] = await each(`${image}:2.0.0`, 'prod');
    for (const ailment of ailments) ailment.remove();
    await world.settled(id);
    await world.until('alarm is told of the end', () => told.about('alarm', `${image}:2.0.0`).length > 1);

    expect(before).toEqual([]);
    expect(early).toMatch(/^prod: danger, 0 of 2 .*; others are still under way, production\/parted-second$/);
    expect(told.about('rest', `${image}:2.0.0`)[0]?.rollouts).toMatchObject([{ service: 'parted-first' }]);
    expect(told.about('alarm', `${image}:2.0.0`).map(({ rollouts }) => rollouts.length)).toEqual([1, 3]);
  });

  it('get what a receiver can tell for ours: signed, and the same id at each attempt', async () => {
    told.receiver('prod').reply = answering(503);
    world.add('signed');

    await world.upgrade({ docker_image: 'acme/signed:2.0.0' });
    await told.receiver('prod').until(1);
    told.receiver('prod').reply = answering(204);
    await told.receiver('prod').until(2);

    const [first, second] = told.receiver('prod').received;
    const { id } = told.about('prod', 'acme/signed:2.0.0')[0] ?? {};
    expect([first, second].map((one) => one?.headers['x-updater-delivery'])).toEqual([id, id]);
    expect(second?.body).toBe(first?.body);
    for (const request of [first, second]) {
      const [t = '', v1] = String(request?.headers['x-updater-signature']).split(',v1=');
      const signed = `${t.replace('t=', '')}.${request?.body}`;
      expect(v1).toBe(createHmac('sha256', SIGNING_SECRET).update(signed).digest('hex'));
    }
  });

  it('get the headers and the body that the document tells of, and no other', async () => {
    world.add('documented');

    await world.upgrade({ docker_image: 'acme/documented:2.0.0' });
    await each('acme/documented:2.0.0', 'prod');

    const { parameters = [] } = DOCUMENT.webhooks['notice']?.post ?? {};
    const request = told.receiver('prod').received.find(({ body }) => body.includes('acme/documented:2.0.0'));
    const own = Object.keys(request?.headers ?? {}).filter((name) => name.startsWith('x-'));
    expect(own.toSorted()).toEqual(parameters.map(({ name }) => name.toLowerCase()).toSorted());
    for (const { name, schema } of parameters) {
      const pattern = typeof schema['pattern'] === 'string' ? schema['pattern'] : '.';
      expect(request?.headers[name.toLowerCase()]).toMatch(new RegExp(pattern));
    }
    expect(mistakesIn(JSON.parse(request?.body ?? ''), '/components/schemas/Notice')).toEqual([]);
  });

  it.each<[string, Reply]>([
    ['hangs', hanging()],
    ['fails', answering(500)],
  ])('do not wait for another that %s', async (word, reply) => {
    told.receiver('prod').reply = reply;
    for (let number = 1; number <= 3; number += 1) {
      const image = `acme/dead-${word}-${number}`;
      world.add(`dead-${word}-${number}`, { image: `${image}:1.0.0` });
      world.add(`alive-${word}-${number}`, { image: `${image}:1.0.0` }, 'staging');

      const { status } = await world.upgrade({ docker_image: `${image}:2.0.0` });
      await world.until('the other is told', () => told.about('rest', `${image}:2.0.0`).length === 1);
      expect(status).toBe('succeeded');
    }
    told.mend();
    await world.until(
      'the backlog is told in order',
      () => told.about('prod', `acme/dead-${word}-3:2.0.0`).length === 1,
    );

    const images = told
      .receiver('prod')
      .received.map(({ body }) => (JSON.parse(body) as { image: string }).image);
    expect([...new Set(images)]).toEqual([1, 2, 3].map((number) => `acme/dead-${word}-${number}:2.0.0`));
  });

  it('give a notice up at once where it is refused with 410, say so, and get the next', async () => {
    told.receiver('prod').reply = answering(410);
    world.add('refused');
    await world.upgrade({ docker_image: 'acme/refused:2.0.0' });
    await told.receiver('prod').until(1);
    told.receiver('prod').reply = answering(200);

    await tellSomething('after-refusal');

    expect(told.about('prod', 'acme/refused:2.0.0')).toHaveLength(1);
    expect(world.log).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'notice given up',
        channel: 'prod',
        reason: 'the webhook refused the message with 410',
      }),
    );
  });

  it('that are not configured any more give up what waits for them, and say so', async () => {
    told.receiver('prod').reply = answering(503);
    world.add('orphan');
    await world.upgrade({ docker_image: 'acme/orphan:2.0.0' });
    await told.receiver('prod').until(1);

    await world.stopService();
    await world.startService({ AUTOUPDATE_CHANNELS_FILE: '' });
    const isGivenUp = () =>
      world.log.some(({ message, reason }) => message === 'notice given up' && /"prod"/.test(String(reason)));
    await world.until('it is given up', isGivenUp);
    await world.stopService();
    await world.startService();

    expect(world.log).toContainEqual(
      expect.objectContaining({ level: 'error', channel: 'prod', reason: 'no channel "prod" is configured' }),
    );
  });

  describe('by POST /notifications/test', () => {
    it('get a sample each, and the answer is what each said', async () => {
      told.receiver('rest').reply = answering(404, 'hush-hush');
      told.receiver('alarm').reply = answering(302, '', { location: 'http://hush-hush/' });

      const { status, body } = await world.ask<Tested>('POST', '/notifications/test');

      expect(status).toBe(200);
      expect(body.channels).toEqual([
        { name: 'slack', kind: 'slack', ok: true, message: 'Slack answered 200' },
        { name: 'prod', kind: 'webhook', ok: true, message: 'the webhook answered 200' },
        { name: 'rest', kind: 'webhook', ok: false, message: 'the webhook refused the message with 404' },
        {
          name: 'alarm',
          kind: 'webhook',
          ok: false,
          message: 'the webhook answered 302, a redirect, which is not followed',
        },
        { name: 'team', kind: 'teams', ok: true, message: 'Teams answered 200' },
      ]);
      expect(world.log).toContainEqual(
        expect.objectContaining({
          level: 'warn',
          message: 'sample not delivered',
          channel: 'rest',
          code: 'notify.failed',
          reason: 'the webhook refused the message with 404',
        }),
      );
      const [sample] = told.receiver('prod').received;
      expect(JSON.parse(sample?.body ?? '')).toMatchObject({ kind: 'sample', upgrade: null, tone: 'info' });
      const [card] = told.receiver('team').received;
      expect(JSON.parse(card?.body ?? '')).toMatchObject({
        type: 'message',
        attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }],
      });
    });

    it('have ten seconds, all at the same time', async () => {
      for (const name of ['prod', 'rest', 'alarm', 'team']) told.receiver(name).reply = hanging();

      const { body } = await world.ask<Tested>('POST', '/notifications/test');

      expect(body.channels.filter(({ ok }) => !ok).map(({ message }) => message)).toEqual([
        'the webhook did not answer within 10 s',
        'the webhook did not answer within 10 s',
        'the webhook did not answer within 10 s',
        'Teams did not answer within 10 s',
      ]);
    });

    it('get nothing where the request asks for what there is not', async () => {
      expect(await world.ask('POST', '/notifications/test?url=http://evil/')).toMatchObject({ status: 400 });
      expect(await world.ask('GET', '/notifications/test')).toMatchObject({ status: 405 });
      expect(told.receiver('prod').received).toEqual([]);
    });

    it.each([
      ['{"channel":"prod"}', 400],
      ['[]', 400],
      ['null', 400],
      ['rubbish', 400],
      ['{}', 200],
    ])('take no orders from a body: %s is answered with %i', async (body, status) => {
      const answer = await fetch(`${world.url}/notifications/test`, { method: 'POST', body });

      expect(answer.status).toBe(status);
      expect(told.receiver('prod').received).toHaveLength(status === 200 ? 1 : 0);
    });
  });

  it('have no secret in anything that was logged', () => {
    expect(world.output.length).toBeGreaterThan(50);
    expect(world.output.filter((line) => line.includes('hush-hush'))).toEqual([]);
  });
});
