import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UpgradeView } from '../../src/upgrade/routes/upgrade.view.js';
import { answering, Receiver } from '../fakes/receiver.js';
import { EMPTY_FLEET, World } from '../harness/world.js';
import { anyAsked, type Asked } from './asked.js';
import { runs } from './runs.js';
import { ACCESS_KEY, HOOK, SECRET_KEY, secretsIn } from './secrets.js';
import { TurnWatch } from './turns.js';

/** 0: the connection is closed, where HTTP itself is broken. 500 is none of them. */
const FORESEEN = [0, 200, 202, 204, 400, 401, 403, 404, 405, 409, 413, 415, 424, 429, 431, 503, 504];

describe('the service, whatever it is asked,', () => {
  const watch = new TurnWatch();
  const often = runs(8);
  const slack = new Receiver();
  let world: World;
  /** Ids of what the service has said that it takes. */
  const taken = new Set<string>();

  beforeAll(async () => {
    const keys = [{ access: ACCESS_KEY, secret: SECRET_KEY, kind: 'admin' } as const];
    slack.reply = answering(200, `posted to ${HOOK}`);
    world = await World.start({
      fleet: { ...EMPTY_FLEET, keys },
      variables: {
        CATTLE_ACCESS_KEY: ACCESS_KEY,
        CATTLE_SECRET_KEY: SECRET_KEY,
        AUTOUPDATE_SLACK_WEBHOOK_URL: `${await slack.start()}${HOOK}`,
        AUTOUPDATE_LOG_LEVEL: 'debug',
      },
    });
    world.add('web', { labels: { 'autoupdate.policy': 'force' } });
    await world.allKnown();
    const body = Buffer.from(`{"docker_image":"acme/web:1.0.0","dry_run":true}`);
    await watch.calibrate(() => send({ method: 'POST', path: '/upgrade', headers: {}, body }));
  });

  afterAll(async () => {
    await world.close();
    await slack.stop();
  });

  /** The status, or 0 where the connection was closed without an answer. */
  function send({ method, path, headers, body }: Asked): Promise<{ status: number; said: string }> {
    return new Promise((resolve) => {
      const question = request(`${world.url}/`, { method, path, headers, agent: false, timeout: 20_000 });
      question.on('response', (answer) => {
        const all = JSON.stringify(answer.headers);
        void text(answer).then((said) =>
          resolve({ status: answer.statusCode ?? 0, said: `${all}\n${said}` }),
        );
      });
      question.on('error', () => resolve({ status: 0, said: '' }));
      question.on('timeout', () => question.destroy());
      question.end(body);
    });
  }

  async function allKept(): Promise<readonly UpgradeView[]> {
    const kept: UpgradeView[] = [];
    for (let after = ''; ;) {
      const { body } = await world.get<{ data: UpgradeView[]; next: string | null }>(
        `/upgrades?limit=100${after}`,
      );
      kept.push(...body.data);
      if (body.next === null) return kept;
      after = `&after=${body.next}`;
    }
  }

  it('answers in time and by a status that is foreseen, with no secret in it', async () => {
    await fc.assert(
      fc.asyncProperty(anyAsked(), async (asked) => {
        await watch.during(async () => {
          const { status, said } = await send(asked);
          if (status === 202) taken.add(idIn(said));

          expect(FORESEEN).toContain(status);
          expect(secretsIn(said)).toEqual([]);
        });
        expect(world.output.splice(0).flatMap(secretsIn)).toEqual([]);
      }),
      // What went before is part of what fails, so there is nothing to make smaller.
      { ...often, endOnFailure: true },
    );
  });

  it('has started nothing that it refused', async () => {
    const kept = await allKept();
    const images = new Set(kept.map(({ image }) => `docker:${image}`));
    const started = world.rancher.journal.changes.filter(({ to }) => to === 'upgrading');

    expect(taken.size).toBeGreaterThan(0);
    expect(kept.filter(({ id }) => !taken.has(id ?? ''))).toEqual([]);
    expect(started.filter(({ image }) => !images.has(image ?? ''))).toEqual([]);
  });

  it('serves still', async () => {
    world.add('last');

    const { status } = await world.upgrade({ docker_image: 'acme/last:2.0.0' });

    expect(status).toBe('succeeded');
    expect(slack.received.flatMap(({ body }) => secretsIn(body))).toEqual([]);
  });
});

/** Of the upgrade that an answer is about. */
function idIn(said: string): string {
  return /"id":"([^"]+)"/.exec(said)?.[1] ?? '';
}
