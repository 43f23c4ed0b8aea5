import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JournalEntry } from '../src/domain/upgrade.js';
import { Stopping } from '../src/http/stopping.js';
import { UpgradeStore } from '../src/store/upgrade-store.js';
import { anEntry } from './fakes/kept.js';
import { ask } from './fakes/ask.js';
import { type Event, EventReader } from './harness/event-reader.js';
import { TurnedWorld } from './harness/turned-world.js';
import { SPEED, World } from './harness/world.js';

const NOWHERE = { environment: null, stack: null, service: null };
const UNKNOWN = '/upgrades/00000000-0000-4000-8000-000000000000/events';

describe('what happens, as events', () => {
  const folder = mkdtempSync(join(tmpdir(), 'events-'));
  let world: World;
  let readers: EventReader[] = [];

  beforeAll(async () => {
    world = await World.start({
      variables: {
        AUTOUPDATE_DATA_DIR: folder,
        AUTOUPDATE_LOG_LEVEL: 'debug',
        AUTOUPDATE_MAX_OPEN_STREAMS: '120',
      },
    });
  });

  beforeEach(() => {
    readers = [];
  });

  afterEach(async () => {
    for (const reader of readers) reader.close();
    await world.until('all have left', () => waiting() === 0);
  });

  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  async function reading(path: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const reader = await EventReader.open(`${world.url}${path}`, headers);
    readers.push(reader);
    return reader;
  }

  /** How many readers the service has. */
  function waiting(): number {
    return getEventListeners(world.part(Stopping).signal, 'abort').length;
  }

  function ended(reader: EventReader): Promise<void> {
    return world.until('the stream ends', () => reader.end !== null);
  }

  /** Adds services that run `acme/NAME:1.0.0`, and asks for 2.0.0. */
  function begin(name: string, services = 1, more: Record<string, unknown> = {}): Promise<string> {
    for (let index = 0; index < services; index += 1) {
      world.add(`${name}-${index}`, { image: `acme/${name}:1.0.0` });
    }
    return world.begin({ docker_image: `acme/${name}:2.0.0`, ...more });
  }

  function journal(query: { after?: number; upgradeId?: string } = {}): Promise<readonly JournalEntry[]> {
    return world.part(UpgradeStore).journal({ after: 0, limit: 100_000, ...query });
  }

  /** What the journal has of an upgrade, as events. */
  async function kept(upgradeId: string): Promise<readonly Event[]> {
    const { rollouts } = await world.view(upgradeId);
    return (await journal({ upgradeId })).map(({ id, at, rolloutId, status, message, reason }) => {
      const { environment, stack, service } = rollouts.find((rollout) => rollout.id === rolloutId) ?? NOWHERE;
      const about = { upgrade: upgradeId, rollout: rolloutId, environment, stack, service };
      return {
        id,
        event: rolloutId === null ? 'upgrade' : 'rollout',
        data: { at: at.toISOString(), ...about, status, message, reason },
      };
    });
  }

  describe('GET /upgrades/:id/events', () => {
    it('tells an upgrade from its beginning to its end, everything once and in order, and ends', async () => {
      const trouble = world.rancher.faults.add({
        kind: 'server-error',
        method: 'GET',
        path: /\/services\/\w+$/,
      });
      const id = await begin('whole', 3);
      const reader = await reading(`/upgrades/${id}/events`);
      const beganIn = (await world.view(id)).status;
      trouble.remove();
      await ended(reader);
      const { status, rollouts } = await world.view(id);

      const of = (rollout: string | null) =>
        reader.events.filter(({ data }) => data.rollout === rollout).map(({ data }) => data.status);
      expect([beganIn, status, reader.end]).toEqual(['running', 'succeeded', 'ended']);
      expect(reader.events).toEqual(await kept(id));
      expect(of(null).at(0)).toBe('running');
      expect(of(null).at(-1)).toBe('succeeded');
      expect(rollouts).toHaveLength(3);
      for (const rollout of rollouts) {
        expect([...new Set(of(rollout.id))]).toEqual(['queued', 'upgrading', 'finishing', 'finished']);
      }
    });

    it('answers with the headers of a stream that nobody keeps or holds back', async () => {
      const id = await begin('headers');
      const reader = await reading(`/upgrades/${id}/events`, { 'x-request-id': 'mine' });

      expect(reader.status).toBe(200);
      expect(reader.headers).toMatchObject({
        'content-type': 'text/event-stream',
        'cache-control': expect.stringContaining('no-store'),
        'x-accel-buffering': 'no',
        'x-request-id': 'mine',
      });
    });

    it('tells all of an upgrade that has ended, and ends', async () => {
      const id = await begin('past');
      await world.settled(id);

      const reader = await reading(`/upgrades/${id}/events`);
      await ended(reader);

      expect(reader.end).toBe('ended');
      expect(reader.events).toEqual(await kept(id));
    });

    it('goes on while an upgrade awaits confirmation, and ends when it is confirmed', async () => {
      const id = await begin('awaiting', 1, { confirm: false });
      const reader = await reading(`/upgrades/${id}/events`);
      await world.settled(id);
      await world.until('heartbeats come', () => reader.comments > 1);
      const before = [reader.end, reader.events.at(-1)?.data.status];

      await world.ask('POST', `/upgrades/${id}/confirm`);
      await ended(reader);

      expect(before).toEqual([null, 'awaiting_confirmation']);
      expect(reader.end).toBe('ended');
      expect(reader.events.at(-1)?.data.status).toBe('succeeded');
    });

    it.each([
      ['Last-Event-ID', '', (last: number) => String(last)],
      ['?after', 'after=LAST', () => null],
      ['Last-Event-ID before ?after', 'after=0', (last: number) => String(last)],
    ])('goes on where a reader broke off (%s)', async (_, query, header) => {
      const id = await begin(`resumed-${query.length}`, 2);
      const first = await reading(`/upgrades/${id}/events`);
      await world.until('it is in the middle', () => first.events.length > 2);
      first.close();
      const known = first.events.slice(0, 3);
      const last = known.at(-1)?.id ?? 0;

      const value = header(last);
      const second = await reading(
        `/upgrades/${id}/events?${query.replace('LAST', String(last))}`,
        value === null ? {} : { 'last-event-id': value },
      );
      await ended(second);

      expect([...known, ...second.events]).toEqual(await kept(id));
      expect(second.events.length).toBeGreaterThan(0);
    });

    it('answers 204 where there is nothing more to come, so that a browser does not come back', async () => {
      const id = await begin('known');
      await world.settled(id);
      const last = (await kept(id)).at(-1)?.id;

      const answer = await ask(`${world.url}/upgrades/${id}/events`, {
        headers: { 'last-event-id': `${last}` },
      });

      expect([answer.status, answer.text]).toEqual([204, '']);
    });

    it.each([UNKNOWN, '/upgrades/x/events', `${UNKNOWN}?after=3`])('answers 404 for %s', async (path) => {
      const answer = await ask(`${world.url}${path}`);

      expect(answer).toMatchObject({ status: 404, json: { code: 'request.not_found' } });
    });
  });

  describe('GET /events', () => {
    it('begins with what happens from now on, to all upgrades', async () => {
      const old = await begin('old');
      await world.settled(old);
      const reader = await reading('/events');
      const [first, second] = [await begin('new-1'), await begin('new-2')];
      await world.settled(first);
      await world.settled(second);
      const expected = [...(await kept(first)), ...(await kept(second))].toSorted((a, b) => a.id - b.id);
      await world.until('all is told', () => reader.events.length >= expected.length);

      expect(reader.events).toEqual(expected);
      expect(reader.end).toBeNull();
    });

    it('goes on where a reader broke off', async () => {
      const reader = await reading('/events', { 'last-event-id': '2' });
      const all = await journal({ after: 2 });
      await world.until('all is told', () => reader.events.length >= all.length);

      expect(reader.ids).toEqual(all.map(({ id }) => id));
    });

    it('tells a hundred readers the same', async () => {
      const open = await Promise.all(Array.from({ length: 100 }, () => reading('/events')));
      const id = await begin('crowd', 3);
      await world.settled(id);
      const expected = await kept(id);
      await world.until('all know', () => open.every(({ events }) => events.length >= expected.length));

      for (const reader of open) expect(reader.events).toEqual(expected);
    });
  });

  describe.each(['/events', UNKNOWN])('%s', (path) => {
    it.each(['x', '-1', '1.5', '1e3', '', '9'.repeat(16)])('refuses the Last-Event-ID "%s"', async (id) => {
      const answer = await ask(`${world.url}${path}`, { headers: { 'last-event-id': id } });

      expect(answer).toMatchObject({
        status: 400,
        json: { code: 'request.invalid', fields: [{ field: 'Last-Event-ID' }] },
      });
      expect(answer.headers['content-type']).toMatch('application/json');
    });

    it.each([
      ['after=x', 'after must be a whole number'],
      ['after=', 'after must be a whole number'],
      ['after=-1', 'after must be a whole number'],
      ['after=1&after=2', 'after must be a whole number'],
      ['from=1', 'from is not a known field'],
    ])('refuses the query %s', async (query, message) => {
      const answer = await ask(`${world.url}${path}?${query}`);

      expect(answer).toMatchObject({
        status: 400,
        json: { code: 'request.invalid', message: expect.stringContaining(message) },
      });
    });

    it('takes only GET and HEAD', async () => {
      const answer = await ask(`${world.url}${path}`, { method: 'POST', body: '{}' });

      expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    });
  });

  it('answers HEAD with the headers alone', async () => {
    const answer = await ask(`${world.url}/events`, { method: 'HEAD' });

    expect(answer).toMatchObject({ status: 200, text: '', headers: { 'content-type': 'text/event-stream' } });
  });

  it('is logged like every request', async () => {
    const path = `/upgrades/${await begin('logged')}/events`;
    await ended(await reading(path, { 'x-request-id': 'to-its-end' }));
    const broken = await reading('/events', { 'x-request-id': 'broken-off' });
    broken.close();
    const lines = () =>
      world.log.filter(({ request }) => request === 'to-its-end' || request === 'broken-off');
    await world.until('both are logged', () => lines().length === 2);

    expect(lines()).toMatchObject([
      { message: 'request answered', method: 'GET', path, status: 200 },
      { message: 'request broken off', method: 'GET', path: '/events', status: 200 },
    ]);
  });

  it('sends a comment now and then while nothing happens', async () => {
    const before = performance.now();
    const reader = await reading('/events');
    await world.until('three have come', () => reader.comments >= 3);
    const seconds = ((performance.now() - before) * SPEED) / 1000;

    expect(seconds).toBeGreaterThanOrEqual(44);
    expect(reader.events).toEqual([]);
  });

  it('cuts off a reader that takes nothing, and lets it go on without a loss', async () => {
    const id = await begin('slow-reader');
    await world.settled(id);
    const after = (await journal()).at(-1)?.id ?? 0;
    const slow = await reading(`/events?after=${after}`);
    slow.pause();
    // More than the buffers of both ends of a connection hold.
    const entry = anEntry({ upgradeId: id, message: 'x'.repeat(10_000) });
    for (let times = 0; times < 40; times += 1) {
      await world.part(UpgradeStore).commit({ journal: Array.from({ length: 50 }, () => entry) });
    }
    await world.until('it is cut off', () => world.output.join('').includes('a reader was cut off'));
    slow.resume();
    await ended(slow);
    const rest = await reading('/events', { 'last-event-id': String(slow.ids.at(-1) ?? after) });
    await world.until('all is told', () => slow.events.length + rest.events.length >= 2000);

    const all = (await journal({ after })).map((one) => one.id);
    expect(slow.end).toBe('broken');
    expect(slow.events.length).toBeLessThan(2000);
    expect([...slow.ids, ...rest.ids]).toEqual(all);
  });

  it('lets as many read at once as it is told, and tells others when to come back', async () => {
    const open = await Promise.all(Array.from({ length: 120 }, () => reading('/events')));
    const refused = await ask(`${world.url}/events`);
    open[0]?.close();
    await world.until('there is room again', async () => {
      const reader = await reading('/events');
      return reader.status === 200;
    });

    expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
    expect(refused).toMatchObject({
      status: 429,
      headers: { 'retry-after': '10' },
      json: { code: 'request.too_many' },
    });
  });

  it('ends when the service stops, and goes on with the next one where it was', async () => {
    const idle = await Promise.all(Array.from({ length: 20 }, () => reading('/events')));
    const unwell = world.rancher.faults.add({ kind: 'never-healthy', image: 'acme/stopped:2.0.0' });
    world.add('stopped-0', { image: 'acme/stopped:1.0.0', healthCheck: true });
    const id = await begin('stopped', 0, { timeout: 86_400 });
    const first = await reading(`/upgrades/${id}/events`);
    await world.until('it has begun', () => first.events.some(({ data }) => data.status === 'upgrading'));
    const stopping = world.stopService();
    await Promise.all([first, ...idle].map(ended));
    await stopping;
    unwell.remove();
    await world.startService();
    const second = await reading(`/upgrades/${id}/events`, { 'last-event-id': `${first.ids.at(-1)}` });
    const third = await reading('/events', { 'last-event-id': `${first.ids.at(-1)}` });
    await ended(second);
    const ofThird = () => third.events.filter(({ data }) => data.upgrade === id);
    await world.until('both know', () => ofThird().length === second.events.length);

    expect([first, ...idle].map(({ end }) => end)).toEqual([first, ...idle].map(() => 'ended'));
    expect([...first.events, ...second.events]).toEqual(await kept(id));
    expect(second.events.at(-1)?.data.status).toBe('succeeded');
    expect(ofThird()).toEqual(second.events);
  });
});

describe('a stream of events', () => {
  it('ends at once when the service stops: no time has gone by', async () => {
    const { world } = await TurnedWorld.start();
    const readers = await Promise.all(
      Array.from({ length: 20 }, () => EventReader.open(`${world.url}/events`)),
    );
    const stopping = world.stopService();
    await world.until('all streams have ended', () => readers.every(({ end }) => end !== null));
    await stopping;
    await world.close();

    expect(readers.map(({ end }) => end)).toEqual(readers.map(() => 'ended'));
  });
});
