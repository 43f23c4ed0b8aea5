import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answering, Receiver } from '../fakes/receiver.js';
import { EMPTY_FLEET, World } from '../harness/world.js';
import { MutatingRancher } from './mutating-rancher.js';
import { anyMutation } from './mutations.js';
import { runs } from './runs.js';
import { ACCESS_KEY, HOOK, TOLD_TO_RANCHER, SECRET_KEY, secretsIn } from './secrets.js';
import { anyText, anyValue } from './texts.js';
import { TurnWatch } from './turns.js';

const SPEED = 50;
const NAMES = ['web', 'api', 'shop'];
const BUG = /TypeError|RangeError|ReferenceError|SyntaxError|internal\.error|failed unexpectedly/;

/** A Rancher that answers and tells anything at all, one in its place that behaves behind it. */
describe('the service, whatever Rancher answers,', () => {
  const watch = new TurnWatch();
  const slack = new Receiver();
  const answers: string[] = [];
  let world: World;
  let rancher: MutatingRancher;
  const often = runs();
  let version = 1;

  beforeAll(async () => {
    const keys = [{ access: ACCESS_KEY, secret: SECRET_KEY, kind: 'admin' } as const];
    world = await World.start({ isServed: false, speed: SPEED, fleet: { ...EMPTY_FLEET, keys } });
    rancher = await MutatingRancher.start(world.rancher.url);
    for (const name of NAMES) {
      const sidekicks = [{ name: `${name}-logs`, image: 'acme/logs:1.0.0' }];
      const labels = { 'autoupdate.policy': 'newest' };
      world.add(name, { labels, sidekicks });
    }
    await world.startService({
      CATTLE_URL: rancher.url,
      CATTLE_ACCESS_KEY: ACCESS_KEY,
      CATTLE_SECRET_KEY: SECRET_KEY,
      AUTOUPDATE_SLACK_WEBHOOK_URL: `${await slack.start()}${HOOK}`,
      AUTOUPDATE_LOG_LEVEL: 'debug',
      AUTOUPDATE_RESYNC_MINUTES: '1',
    });
    let times = 0;
    slack.reply = (response) => answering(times++ % 2 === 0 ? 500 : 200, `posted to ${HOOK}`)(response);
    await world.allKnown();
    await watch.calibrate(() => push());
  });

  afterAll(async () => {
    await world.close();
    await rancher.stop();
    await slack.stop();
  });

  async function said(path: string, init?: RequestInit): Promise<string> {
    const response = await fetch(`${world.url}${path}`, init);
    const text = `${response.status} ${await response.text()}`;
    answers.push(text);
    return text;
  }

  /** Pushes, plans, and looks at everything that can be looked at. */
  async function push(): Promise<readonly string[]> {
    version += 1;
    const name = NAMES[version % NAMES.length];
    const body = { docker_image: `acme/${name}:${version}.0.0`, confirm: true, timeout: 5 };
    const accepted = await said('/upgrade', { method: 'POST', body: JSON.stringify(body) });
    const plan = JSON.stringify({ ...body, dry_run: true });
    const seen = await Promise.all([
      said('/upgrade', { method: 'POST', body: plan }),
      said('/health/ready'),
      said('/upgrades'),
      said(`/upgrades/${/"id":"([^"]+)"/.exec(accepted)?.[1]}?wait=2`),
      said('/holds'),
    ]);
    return [accepted, ...seen];
  }

  function bugs(): readonly string[] {
    return [...world.output, ...answers].filter((text) => BUG.test(text));
  }

  it('fails in no way that nobody foresaw, never hangs, and lets no secret out', async () => {
    const frame = fc.oneof(
      anyText(),
      anyValue().map(asText),
      fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    );
    const reason = fc.constantFrom('bye', ...TOLD_TO_RANCHER);
    const trouble = fc.record({
      mutations: fc.array(anyMutation(TOLD_TO_RANCHER), { minLength: 1, maxLength: 6 }),
      frames: fc.array(frame, { maxLength: 3 }),
      hangUp: fc.option(reason, { freq: 4 }),
    });

    await fc.assert(
      fc.asyncProperty(trouble, async ({ mutations, frames, hangUp }) => {
        rancher.mutations = mutations;
        await watch.during(async () => {
          for (const one of frames) rancher.say(one);
          if (hangUp !== null) rancher.hangUp(4000, hangUp);
          const got = await push();

          expect(got.filter((text) => /^(500|\d{0,2} )/.test(text))).toEqual([]);
        });

        expect(bugs()).toEqual([]);
        expect([...world.output.splice(0), ...answers.splice(0)].flatMap(secretsIn)).toEqual([]);
        expect(slack.received.splice(0).flatMap(({ body }) => secretsIn(body))).toEqual([]);
      }),
      // What went before is part of what fails, so there is nothing to make smaller.
      { ...often, endOnFailure: true },
    );

    expect(rancher.changes).toBeGreaterThan(0);
  });

  it('goes on where Rancher behaves again', async () => {
    rancher.mutations = [];
    const { ref } = world.add('last');
    await world.until('the service knows it', async () => {
      const text = await said('/upgrade', {
        method: 'POST',
        body: '{"docker_image":"acme/last:2.0.0","dry_run":true}',
      });
      return text.includes(ref);
    });

    const { status } = await world.upgrade({ docker_image: 'acme/last:2.0.0', timeout: 600 });

    expect(status).toBe('succeeded');
    expect(bugs()).toEqual([]);
  });
});

function asText(value: unknown): string {
  return JSON.stringify(value) ?? '';
}
