import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Ending } from '../src/common/ending.js';
import { createLog } from '../src/common/log.js';
import { NotifyService, type Delivery } from '../src/notify/notify.service.js';
import { SlackService } from '../src/notify/slack.service.js';
import { TeamsService } from '../src/notify/teams.service.js';
import { WebhookService } from '../src/notify/webhook.service.js';
import type { WebhookBody } from '../src/notify/webhook.body.js';
import { SqliteStore } from '../src/store/sqlite/sqlite.store.js';
import { StoreSettings } from '../src/store/store.settings.js';
import { Outbox } from '../src/upgrade/telling/outbox.js';
import { aChannel } from './fakes/channels.js';
import { HandClock } from './fakes/hand-clock.js';
import { notifyHttp } from './fakes/notify-http.js';
import { answering, Receiver } from './fakes/receiver.js';
import { aNotice, anOutboxItem, NOON } from './fakes/records.js';

const STEP_MS = 300_000;

const SILENT = createLog({ level: 'error', format: 'json', secrets: [], destination: { write: () => true } });

describe('after an outage of an hour', () => {
  let clock: HandClock;
  let store: SqliteStore;
  let outbox: Outbox;
  let hook: Receiver;
  let chat: Receiver;
  let team: Receiver;
  let deliveries: Delivery[];

  beforeEach(async () => {
    clock = new HandClock(NOON.getTime());
    const settings = Object.assign(new StoreSettings(), { AUTOUPDATE_DATA_DIR: ':memory:' });
    store = new SqliteStore(settings, clock, SILENT, new Ending());
    store.onModuleInit();
    [hook, chat, team] = [new Receiver(), new Receiver(), new Receiver()];
    const own = { secret: 'hush-hush-signing-secret' };
    const channels = [
      aChannel({ name: 'hook', kind: 'webhook', url: await hook.start(), own }),
      aChannel({ name: 'chat', url: await chat.start() }),
      aChannel({ name: 'team', kind: 'teams', url: await team.start() }),
    ];
    const http = notifyHttp(clock);
    const kinds = [new SlackService(http), new WebhookService(http, clock), new TeamsService(http)];
    const notify = new NotifyService(kinds, channels, clock, SILENT);
    deliveries = [];
    notify.deliveries$.subscribe((delivery) => deliveries.push(delivery));
    outbox = new Outbox(store, notify, clock, SILENT);
    outbox.onApplicationBootstrap();
  });

  afterEach(async () => {
    await outbox.beforeApplicationShutdown();
    await store.onApplicationShutdown();
    await Promise.all([hook, chat, team].map((receiver) => receiver.stop()));
  });

  /** Tells all channels of an upgrade now. */
  async function tell(number: number, tone: 'info' | 'danger' = 'info'): Promise<void> {
    const now = clock.now();
    await store.commit({
      outbox: ['hook', 'chat', 'team'].map((channel) => {
        const id = `n${number}-${channel}`;
        const about = { upgradeId: `u${number}`, image: `acme/web:${number}.0.0` };
        const payload = aNotice({ id, at: now.toISOString(), tone, ...about });
        return anOutboxItem({ id, channel, createdAt: now, dueAt: now, payload });
      }),
    });
  }

  /** Lets time pass, and whatever is tried meanwhile come to its end. */
  async function pass(ms: number): Promise<void> {
    await clock.advance(ms);
    for (;;) {
      const heads = await store.outboxHeads();
      if (heads.every(({ dueAt }) => dueAt > clock.now())) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async function passAnHour(): Promise<void> {
    for (let passedMs = 0; passedMs <= 3_600_000; passedMs += STEP_MS) await pass(STEP_MS);
  }

  it('each channel that was down gets all that it missed as one digest, the worst first; the others missed nothing', async () => {
    hook.reply = answering(503);
    team.reply = answering(500);
    await tell(1);
    await tell(2, 'danger');
    await passAnHour();
    await tell(3);
    await pass(0);
    const during = chat.received.length;

    hook.reply = answering(200, '{}');
    team.reply = answering(202);
    hook.received.length = 0;
    team.received.length = 0;
    await pass(STEP_MS);
    await tell(4);
    await pass(0);

    const bodies = hook.received.map(({ body }) => JSON.parse(body) as WebhookBody);
    expect(bodies.map(({ kind }) => kind)).toEqual(['digest', 'upgrade']);
    expect(bodies[0]).toMatchObject({
      tone: 'danger',
      summary: expect.stringMatching(/^3 notices between 2026-03-02T12:00:00.000Z and 2026-03-02T13:/),
      digest: {
        count: 3,
        upgrades: [{ upgrade: 'u2', tone: 'danger' }, { upgrade: 'u3' }, { upgrade: 'u1' }],
      },
    });
    expect(bodies[1]).toMatchObject({ upgrade: 'u4' });
    expect(team.received.map(({ body }) => /(\d) notices between/.exec(body)?.[1])).toEqual(['3', undefined]);
    expect([during, chat.received.length]).toEqual([3, 4]);
    const counts = deliveries.map(({ channel, notices }) =>
      channel === 'hook' ? (notices.delivered ?? 0) : 0,
    );
    expect(counts.filter((count) => count > 0)).toEqual([3, 1]);
  });
});
