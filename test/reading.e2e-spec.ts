import { getEventListeners } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Stopping } from '../src/http/stopping.js';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { ask } from './fakes/ask.js';
import { World } from './harness/world.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const UNKNOWN = '/upgrades/00000000-0000-4000-8000-000000000000';

interface List {
  readonly data: readonly UpgradeView[];
  readonly next: string | null;
}

describe('what became of an upgrade', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  });

  afterAll(() => world.close());

  function read(path: string) {
    return ask(`${world.url}${path}`);
  }

  async function list(query: string): Promise<List> {
    return (await world.get<List>(`/upgrades?${query}`)).body;
  }

  describe('GET /upgrades/:id', () => {
    it('tells everything about every service', async () => {
      const service = world.add('told', { image: 'docker.io/acme/told:1.0.0' });
      const other = world.add('told-not', { image: 'acme/told:2.0.0' });
      const env = { id: '1a5', name: 'production' };
      const stack = { id: `1st${service.stack.id}`, name: 'shop' };

      const view = await world.upgrade({ docker_image: 'acme/told:2.0.0', timeout: 40 });

      const pages = `${world.rancher.url}/env/1a5/apps/stacks/${stack.id}/services`;
      expect(view).toEqual({
        id: expect.stringMatching(UUID),
        image: 'acme/told:2.0.0',
        status: 'succeeded',
        confirm: true,
        start_first: false,
        timeout: 40,
        on_failure: null,
        leftover: null,
        ignore_hold: false,
        confirm_within: null,
        max_failures: null,
        max_parallel: null,
        caller: { name: null, address: '127.0.0.1' },
        request_id: expect.stringMatching(UUID),
        created_at: TIME,
        finished_at: TIME,
        message: '1 of 1 service done',
        reason: null,
        rollouts: [
          {
            id: expect.stringMatching(UUID),
            environment: env,
            stack,
            service: { id: service.ref, name: 'told' },
            from: 'docker.io/acme/told:1.0.0',
            to: 'docker.io/acme/told:2.0.0',
            status: 'finished',
            reason: null,
            timeout: 40,
            on_failure: 'leave',
            bake: 0,
            superseded_by: null,
            recreated_sidekicks: [],
            started_at: TIME,
            finished_at: TIME,
            link: `${pages}/${service.ref}`,
            history: [
              { at: TIME, status: 'queued', message: 'planned: docker.io/acme/told:2.0.0', reason: null },
              { at: TIME, status: 'queued', message: 'starting', reason: null },
              { at: TIME, status: 'upgrading', message: 'upgrading', reason: null },
              { at: TIME, status: 'finishing', message: 'finishing', reason: null },
              { at: TIME, status: 'finished', message: 'finished', reason: null },
            ],
          },
        ],
        skipped: [
          {
            environment: env,
            stack,
            service: { id: other.ref, name: 'told-not' },
            running: 'acme/told:2.0.0',
            reason: { code: 'version.not_newer', message: '2.0.0 is running already' },
            link: `${pages}/${other.ref}`,
          },
        ],
        unread_environments: [],
      });
    });

    it.each([
      UNKNOWN,
      `${UNKNOWN}?wait=300`,
      `${UNKNOWN}?wait=300&fail=true`,
      '/upgrades/x',
      '/upgrades/%00',
    ])('answers 404 at once for %s, which it does not know', async (path) => {
      const answer = await read(path);

      expect(answer).toMatchObject({
        status: 404,
        json: { code: 'request.not_found', message: expect.stringContaining('there is no upgrade') },
      });
    });

    it.each([
      ['wait=-1', 'wait must be a whole number from 0 to 300'],
      ['wait=301', 'wait must be a whole number from 0 to 300'],
      ['wait=1.5', 'wait must be a whole number from 0 to 300'],
      ['wait=', 'wait must be a whole number from 0 to 300'],
      ['wait=1&wait=2', 'wait must be a whole number from 0 to 300'],
      ['wait=ever', 'wait must be a whole number from 0 to 300'],
      ['fail=1', 'fail must be true or false'],
      ['fail=', 'fail must be true or false'],
      ['wiat=1', 'wiat is not a known field'],
    ])('refuses the query %s', async (query, message) => {
      const answer = await read(`${UNKNOWN}?${query}`);

      expect(answer).toMatchObject({ status: 400, json: { code: 'request.invalid', message } });
    });
  });

  describe('?wait', () => {
    it('answers as soon as the upgrade has settled', async () => {
      world.add('waited');

      const id = await world.begin({ docker_image: 'acme/waited:2.0.0' });
      const { status, body } = await world.get(`/upgrades/${id}?wait=300`);

      expect(status).toBe(200);
      expect(body).toMatchObject({ status: 'succeeded', rollouts: [{ status: 'finished' }] });
    });

    it('answers at the limit, however things stand', async () => {
      const slow = world.rancher.faults.add({ kind: 'slow-pull', ms: 8000, service: 'slow' });
      world.add('slow');

      const id = await world.begin({ docker_image: 'acme/slow:2.0.0', timeout: 60 });
      const waited = await world.get(`/upgrades/${id}?wait=2`);
      const failed = await world.get(`/upgrades/${id}?wait=1&fail=true`);
      slow.remove();

      expect(waited).toMatchObject({
        status: 200,
        body: { status: 'running' },
      });
      expect(failed).toMatchObject({ status: 504, body: { status: 'running', finished_at: null } });
      expect(await world.settled(id)).toMatchObject({ status: 'succeeded' });
    });

    it('answers everybody who waits', async () => {
      world.add('crowd');

      const id = await world.begin({ docker_image: 'acme/crowd:2.0.0' });
      const views = await Promise.all(Array.from({ length: 50 }, () => world.settled(id)));

      expect(new Set(views.map(({ status }) => status))).toEqual(new Set(['succeeded']));
    });

    it('is given up, and nothing of it is left, when the caller hangs up', async () => {
      const slow = world.rancher.faults.add({ kind: 'slow-pull', ms: 100_000, service: 'abandoned' });
      world.add('abandoned');
      const id = await world.begin({ docker_image: 'acme/abandoned:2.0.0', timeout: 600 });
      const { signal } = world.part(Stopping);
      const waiting = () => getEventListeners(signal, 'abort').length;
      const before = waiting();

      const callers = Array.from({ length: 100 }, () => hangingOn(`${world.url}/upgrades/${id}?wait=300`));
      await world.until('all of them wait', () => waiting() === before + callers.length);
      for (const caller of callers) caller.destroy();
      await world.until('none of them waits', () => waiting() === before);
      slow.remove();

      expect(await world.settled(id)).toMatchObject({ status: 'succeeded' });
    });
  });

  describe('?fail=true', () => {
    it.each([
      ['succeeded', 200, [{}]],
      ['nothing_to_do', 200, [{ image: 'acme/ended-nothing_to_do:2.0.0' }]],
      ['failed', 424, [{ labels: { 'autoupdate.policy': 'newst' } }]],
      ['partly_failed', 424, [{}, { labels: { 'autoupdate.policy': 'newst' } }]],
    ])('answers an upgrade that %s with %i', async (status, code, services) => {
      const image = `acme/ended-${status}`;
      for (const [index, more] of services.entries()) {
        world.add(`ended-${status}-${index}`, { image: `${image}:1.0.0`, ...more });
      }

      const id = await world.begin({ docker_image: `${image}:2.0.0` });
      const answer = await world.get(`/upgrades/${id}?wait=300&fail=true`);
      const calm = await world.get(`/upgrades/${id}?wait=300&fail=false`);

      expect(answer).toMatchObject({ status: code, body: { status, finished_at: TIME } });
      expect(calm.status).toBe(200);
    });

    it('answers one that awaits confirmation with 200 though another service of it has failed', async () => {
      world.add('half-0', { image: 'acme/half:1.0.0' });
      world.add('half-1', { image: 'acme/half:1.0.0', labels: { 'autoupdate.policy': 'newst' } });

      const id = await world.begin({ docker_image: 'acme/half:2.0.0', confirm: false });
      const answer = await world.get(`/upgrades/${id}?wait=300&fail=true`);

      expect(answer).toMatchObject({
        status: 200,
        body: { status: 'awaiting_confirmation', message: expect.stringContaining('1 blocked') },
      });
    });

    it('answers one that awaits confirmation with 200', async () => {
      world.add('unconfirmed');

      const id = await world.begin({ docker_image: 'acme/unconfirmed:2.0.0', confirm: false });
      const answer = await world.get(`/upgrades/${id}?wait=300&fail=true`);

      expect(answer).toMatchObject({
        status: 200,
        body: {
          status: 'awaiting_confirmation',
          finished_at: null,
          message: expect.stringMatching('0 of 1 service done, 1 service waiting for confirmation'),
          rollouts: [{ status: 'awaiting_confirmation', finished_at: null }],
        },
      });
    });
  });

  describe('GET /upgrades', () => {
    let ids: readonly string[];

    beforeAll(async () => {
      const images = ['listed:1', 'listed:2', 'other:1', 'listed:3', 'listed:2'];
      const begun: string[] = [];
      for (const [index, image] of images.entries()) {
        // Another timeout each: none is the push of another told twice.
        begun.push(await world.begin({ docker_image: `registry.acme.io/${image}`, timeout: 30 + index }));
      }
      for (const id of begun) await world.settled(id);
      ids = begun.toReversed();
    });

    it('lists them newest first, each as it is answered alone', async () => {
      const { data, next } = await list('limit=5');

      expect(idsOf({ data, next })).toEqual(ids);
      expect(data[0]).toEqual(await world.view(String(ids[0])));
      expect(next).toEqual(expect.any(String));
    });

    it('gives a page after the other, each upgrade once, also while new ones come', async () => {
      const seen: (string | null)[] = [];
      let next: string | null = null;
      do {
        const page: List = await list(`image=registry.acme.io/listed&limit=2${next ? `&after=${next}` : ''}`);
        seen.push(...idsOf(page));
        await world.begin({ docker_image: 'registry.acme.io/listed:late', timeout: 30 + seen.length });
        ({ next } = page);
      } while (next);

      expect(seen).toEqual([0, 1, 3, 4].map((index) => ids[index]));
    });

    it.each([
      ['image=registry.acme.io/listed:2', [0, 3]],
      ['image=docker:registry.acme.io/listed:2', [0, 3]],
      ['image=registry.acme.io/other', [2]],
      ['image=registry.acme.io/other&status=nothing_to_do', [2]],
      ['image=registry.acme.io/other&status=succeeded', []],
      ['image=registry.acme.io/listed:4', []],
    ])('picks by %s', async (query, expected) => {
      const page = await list(query);

      expect(page).toMatchObject({ next: null });
      expect(idsOf(page)).toEqual(expected.map((index) => ids[index]));
    });

    it('finds a repository by any spelling of Docker Hub', async () => {
      const id = await world.begin({ docker_image: 'docker.io/library/spelt:1' });

      expect(idsOf(await list('image=spelt'))).toEqual([id]);
      expect(idsOf(await list('image=index.docker.io/library/spelt'))).toEqual([id]);
      expect(idsOf(await list('image=spelt:1'))).toEqual([id]);
      expect(idsOf(await list('image=spelt:11'))).toEqual([]);
    });

    it.each([
      ['status=done', 'status must be one of running, awaiting_confirmation'],
      ['status=', 'status must be one of'],
      ['image=A', 'image is no image reference: the repository "A" has upper case letters'],
      ['image=', 'image is required'],
      ['limit=0', 'limit must be a whole number from 1 to 100'],
      ['limit=101', 'limit must be a whole number from 1 to 100'],
      ['limit=1e1', 'limit must be a whole number from 1 to 100'],
      ['after=', 'after must be'],
      ['after=x', 'after must be'],
      ['after=MQ%3D%3D', 'after must be'],
      [`after=${'x'.repeat(200)}`, 'after must be'],
      ['cursor=1', 'cursor is not a known field'],
      ['status=running&status=failed', 'status must be one of'],
      ['image[x]=1', 'image[x] is not a known field'],
    ])('refuses the query %s', async (query, message) => {
      const answer = await read(`/upgrades?${query}`);

      expect(answer).toMatchObject({
        status: 400,
        json: { code: 'request.invalid', message: expect.stringContaining(message) },
      });
    });
  });
});

function idsOf({ data }: List): readonly (string | null)[] {
  return data.map(({ id }) => id);
}

function hangingOn(url: string): ClientRequest {
  const caller = request(url, { agent: false });
  caller.on('error', () => undefined);
  return caller.end();
}
