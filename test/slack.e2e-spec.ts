import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SlackMessage } from '../src/notify/slack.message.js';
import { answering, hanging, hangingUp, Receiver, type Reply } from './fakes/receiver.js';
import { World } from './harness/world.js';

/** Slow enough for a message to be taken in its ten seconds on a slow machine. */
const SPEED = 10;

const PATH = '/services/T0/B0/secret-of-the-hook';

function lines({ attachments }: SlackMessage): readonly string[] {
  return attachments.flatMap(({ text }) => text.split('\n'));
}

describe('Slack', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slack-'));
  let slack: Receiver;
  let world: World;

  beforeAll(async () => {
    slack = new Receiver();
    world = await World.start({
      speed: SPEED,
      variables: {
        AUTOUPDATE_SLACK_WEBHOOK_URL: `${await slack.start()}${PATH}`,
        AUTOUPDATE_SLACK_BOT_NAME: 'the updater',
        AUTOUPDATE_RANCHER_UI_URL: 'https://rancher.acme.io/',
        AUTOUPDATE_DATA_DIR: folder,
      },
    });
  });

  beforeEach(() => {
    slack.received.length = 0;
  });

  afterEach(() => {
    slack.reply = answering(200, 'ok');
    world.rancher.faults.clear();
  });

  afterAll(async () => {
    await world.close();
    await slack.stop();
    rmSync(folder, { recursive: true });
  });

  /** The only message that Slack has got, as soon as it has. */
  async function message(): Promise<SlackMessage> {
    await slack.until(1);
    expect(slack.received).toHaveLength(1);
    return JSON.parse(slack.received[0]?.body ?? '') as SlackMessage;
  }

  /** Another upgrade, whose message is the last: what was to be told before has been told by then. */
  async function tellSomething(name: string): Promise<void> {
    const before = slack.received.length;
    world.add(name);
    await world.upgrade({ docker_image: `acme/${name}:2.0.0` });
    await slack.until(before + 1);
  }

  it('gets one message of an upgrade, with who, what, where and a link', async () => {
    const service = world.add('web');

    await world.upgrade({ docker_image: 'acme/web:2.0.0' });

    const told = await message();
    const page = `https://rancher.acme.io/env/1a5/apps/stacks/1st${service.stack.id}/services/${service.ref}`;
    expect(told).toMatchObject({
      username: 'the updater',
      text: '`acme/web:2.0.0`: 1 of 1 service upgraded',
      attachments: [{ color: 'good' }],
    });
    expect(lines(told)).toEqual([
      `<${page}|production / shop / web> *upgraded* \`web:1.0.0\` → \`web:2.0.0\``,
    ]);
  });

  it('is warned of what waits for confirmation, and is not told again when that has come', async () => {
    const service = world.add('unconfirmed');

    const { id } = await world.upgrade({ docker_image: 'acme/unconfirmed:2.0.0', confirm: false });
    const told = await message();
    world.rancher.as('alice').finishupgrade(service);
    await world.until('it is over', async () => (await world.view(id ?? '')).finished_at !== null);
    await tellSomething('afterwards');

    expect(told.attachments).toMatchObject([{ color: 'warning' }]);
    expect(told.text).toContain('does not restart crashed containers');
    expect(lines(told)[0]).toContain('*awaiting confirmation*');
    expect(slack.received).toHaveLength(2);
  });

  it('sees the worst first and in its colour, with the reason', async () => {
    world.rancher.faults.add({
      kind: 'image-missing',
      service: 'bad',
      message: 'no <image> & no `tag` for @all',
    });
    const image = 'acme/mixed:1.0.0';
    const bad = world.add('bad', { image });
    world.add('fine', { image });
    world.add('odd', { image, labels: { 'autoupdate.policy': 'nonsense' } });

    await world.upgrade({ docker_image: 'acme/mixed:2.0.0', timeout: 30 });

    const told = await message();
    // It would become well in another test, which is told as well.
    world.rancher.fleet.purgeService(bad);
    const [first, second, third] = lines(told);
    expect(told.attachments).toMatchObject([{ color: 'danger' }]);
    expect(told.text).toBe('`acme/mixed:2.0.0`: 1 of 3 services upgraded, 1 failed, 1 blocked');
    expect(first).toMatch(/bad> \*failed\*.*no &lt;image&gt; &amp; no 'tag' for @\u200ball/);
    expect(second).toMatch(/odd> \*blocked\*.*nonsense/);
    expect(third).toMatch(/fine> \*upgraded\*/);
  });

  it('is told of an environment that could not be read', async () => {
    await world.stopService();
    world.rancher.faults.add({ kind: 'socket-refuse', status: 200 });
    world.rancher.faults.add({ kind: 'forbidden', environment: 'staging' });
    await world.startService({ AUTOUPDATE_PATIENCE_MINUTES: '1' });

    await world.upgrade({ docker_image: 'acme/nowhere:2.0.0' });

    const told = await message();
    await world.stopService();
    world.rancher.faults.clear();
    await world.startService();
    expect(told.attachments).toMatchObject([{ color: 'danger' }]);
    expect(lines(told)).toEqual([expect.stringMatching(/^staging \*could not be read\*: .*403/)]);
  });

  it('is told of the first twenty services, and of how many more there are', async () => {
    for (let number = 1; number <= 25; number += 1) world.add(`many-${number}`, { image: 'acme/many:1.0.0' });

    await world.upgrade({ docker_image: 'acme/many:2.0.0', timeout: 600 });

    const told = await message();
    expect(told.text).toContain('25 of 25 services upgraded');
    expect(lines(told)).toHaveLength(21);
    expect(lines(told).at(-1)).toBe('and 5 more');
  });

  it('is not disturbed where there was nothing to do', async () => {
    world.add('newer', { image: 'acme/quiet:3.0.0' });
    world.add('off', { image: 'acme/quiet:1.0.0', labels: { 'autoupdate.enable': 'false' } });

    const { status } = await world.upgrade({ docker_image: 'acme/quiet:2.0.0' });
    await world.post({ docker_image: 'acme/quiet:4.0.0', dry_run: true });
    await tellSomething('something');

    expect(status).toBe('nothing_to_do');
    expect((await message()).text).toContain('acme/something:2.0.0');
  });

  it.each<[string, Reply, number]>([
    ['limits us', answering(429, '', { 'retry-after': '20' }), 20],
    ['fails', answering(500), 2],
    ['hangs up', hangingUp(), 2],
    ['hangs', hanging(), 12],
  ])('delays nothing where it %s, and is told later', async (words, reply, seconds) => {
    const name = words.replaceAll(' ', '-');
    world.add(name);
    slack.reply = reply;
    const before = performance.now();

    const { status } = await world.upgrade({ docker_image: `acme/${name}:2.0.0` });
    await slack.until(1);
    slack.reply = answering(200, 'ok');
    await slack.until(2);
    const passed = ((performance.now() - before) / 1000) * SPEED;

    const [first, second] = slack.received.map(({ body }) => body);
    expect(status).toBe('succeeded');
    expect(second).toBe(first);
    expect(passed).toBeGreaterThanOrEqual(seconds);
  });

  it('gets each message once, also where the service is stopped before it could be told', async () => {
    world.add('stopped');
    slack.reply = answering(503);
    await world.upgrade({ docker_image: 'acme/stopped:2.0.0' });
    await slack.until(1);

    await world.stopService();
    slack.reply = answering(200, 'ok');
    slack.received.length = 0;
    await world.startService();
    const told = await message();
    await tellSomething('started');

    expect(told.text).toContain('acme/stopped:2.0.0');
    expect(slack.received).toHaveLength(2);
  });

  it('is given up where it refuses a message, which is said, and gets the next', async () => {
    slack.reply = answering(404, 'no_service');
    await tellSomething('refused');
    slack.reply = answering(200, 'ok');
    await tellSomething('next');

    expect(slack.received).toHaveLength(2);
    expect(world.log).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'notice given up',
        reason: 'Slack refused the message with 404 (no_service)',
      }),
    );
  });
});
