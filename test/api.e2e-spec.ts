import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { ask, type Question } from './fakes/ask.js';
import { World } from './harness/world.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const UNKNOWN = '/upgrades/00000000-0000-4000-8000-000000000000';

interface List {
  readonly data: readonly UpgradeView[];
  readonly next: string | null;
}

describe('the API', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  });

  afterAll(() => world.close());

  /** Sends exactly these headers and this body. */
  function send(path: string, question: Question = {}) {
    return ask(`${world.url}${path}`, question);
  }

  function post(body: string, headers = {}, path = '/upgrade') {
    return send(path, { method: 'POST', body, headers });
  }

  async function newest(): Promise<unknown> {
    return (await world.get<List>('/upgrades?limit=1')).body.data[0]?.id;
  }

  describe('POST /upgrade', () => {
    it('answers 202 with the upgrade and its address at once, before Rancher is asked', async () => {
      const slow = world.rancher.faults.add({ kind: 'hang' });
      world.rancher.journal.clear();

      const { status, headers, body } = await world.post({ docker_image: 'docker:acme/unheard-of:1.0.0' });
      const answered = world.rancher.journal.requests.filter((asked) => asked.status !== null);
      slow.remove();

      expect(status).toBe(202);
      expect(headers.get('location')).toBe(`/upgrades/${body.id}`);
      expect(answered).toEqual([]);
      expect(body).toEqual({
        id: expect.stringMatching(UUID),
        image: 'acme/unheard-of:1.0.0',
        status: 'running',
        confirm: false,
        start_first: false,
        timeout: null,
        on_failure: null,
        leftover: null,
        ignore_hold: false,
        confirm_within: null,
        max_failures: null,
        max_parallel: null,
        caller: { name: null, address: '127.0.0.1' },
        request_id: headers.get('x-request-id'),
        created_at: TIME,
        finished_at: null,
        message: 'looking for services',
        reason: null,
        rollouts: [],
        skipped: [],
        unread_environments: [],
      });
    });

    it('is POST /upgrades as well, with or without a slash or a query', async () => {
      for (const [index, path] of ['/upgrades', '/upgrade/', '/upgrades/', '/upgrade?from=ci'].entries()) {
        const answer = await post(`{"docker_image":"acme/nothing:${index}"}`, {}, path);

        expect(answer.status).toBe(202);
        expect(await send(answer.headers.location ?? '')).toMatchObject({ status: 200 });
      }
    });

    it.each([
      ['what curl -d says', 'application/x-www-form-urlencoded', '1'],
      ['JSON', 'application/json', '2'],
      ['JSON of another charset', 'application/json; charset=iso-8859-1', '3'],
      ['plain text', 'text/plain', '4'],
      ['rubbish', ';;', '5'],
      ['nothing', undefined, '6'],
    ])('takes JSON with a Content-Type that says %s', async (_, type, tag) => {
      const answer = await post(`{"docker_image":"acme/typed:${tag}"}`, type && { 'content-type': type });

      expect(answer).toMatchObject({ status: 202, json: { image: `acme/typed:${tag}` } });
    });

    it.each([
      ['acme/app', 'acme/app:latest'],
      ['docker:acme/api', 'acme/api:latest'],
      ['web', 'web:latest'],
      ['index.docker.io/library/web:1', 'index.docker.io/library/web:1'],
      ['registry.acme.io:5000/a/b/c:1.0', 'registry.acme.io:5000/a/b/c:1.0'],
      ['localhost/web:1', 'localhost/web:1'],
      ['[::1]:5000/web:1', '[::1]:5000/web:1'],
      [`acme/app@sha256:${'a'.repeat(64)}`, `acme/app@sha256:${'a'.repeat(64)}`],
      [`acme/app:1@sha256:${'a'.repeat(64)}`, `acme/app:1@sha256:${'a'.repeat(64)}`],
    ])('reads the image %s', async (given, image) => {
      const { status, body } = await world.post({ docker_image: given });

      expect(status).toBe(202);
      expect(body.image).toBe(image);
    });

    it.each([
      { confirm: true, start_first: true, timeout: 1 },
      { confirm: false, start_first: false, timeout: 86_400 },
      { on_failure: 'rollback', leftover: 'finish', ignore_hold: true },
      { confirm_within: 2_592_000, max_failures: 100_000, max_parallel: 1 },
    ])('keeps what was asked: %j', async (asked) => {
      const { body } = await world.post({ docker_image: 'acme/asked:1', ...asked });

      expect(body).toMatchObject(asked);
      expect(await world.view(String(body.id))).toMatchObject(asked);
    });

    let foreign = 0;

    it.each([
      [{ 'sec-fetch-site': 'cross-site' }, 403],
      [{ 'sec-fetch-site': 'same-site' }, 403],
      [{ origin: 'https://evil.example' }, 403],
      [{ origin: 'null' }, 403],
      [{ 'sec-fetch-site': 'none', origin: 'https://evil.example' }, 202],
      [{ 'sec-fetch-site': 'same-origin' }, 202],
      [{ host: 'updater.acme.io', origin: 'https://updater.acme.io' }, 202],
      [{ referer: 'https://evil.example' }, 202],
    ])('answers a browser that sends %j with %i', async (headers, status) => {
      const before = await newest();
      foreign += 1;

      const answer = await post(`{"docker_image":"acme/foreign:${foreign}"}`, headers);

      expect(answer.status).toBe(status);
      if (status === 202) return;
      expect(answer.json).toEqual({ code: 'request.cross_site', message: expect.any(String) });
      expect(await newest()).toEqual(before);
    });

    it.each([{}, { 'content-length': 0 }, { 'content-type': 'application/json', 'content-length': 0 }])(
      'refuses a request without a body: %j',
      async (headers) => {
        const answer = await send('/upgrade', { method: 'POST', headers });

        expect(answer).toMatchObject({
          status: 400,
          json: { code: 'request.invalid', message: 'There is no body; send a JSON object' },
        });
      },
    );
  });

  describe('a dry run', () => {
    it('answers the plan and neither changes nor keeps anything', async () => {
      world.add('planned', { image: 'acme/planned:1.0.0' });
      world.add('planned-not', { image: 'acme/planned:3.0.0' });
      const before = await newest();
      world.rancher.journal.clear();

      const { status, headers, body } = await world.post({
        docker_image: 'acme/planned:2.0.0',
        dry_run: true,
      });

      expect(status).toBe(200);
      expect(headers.get('location')).toBeNull();
      expect(body).toMatchObject({
        id: null,
        status: 'planned',
        finished_at: null,
        message: '1 to upgrade, 1 left as they are; nothing was changed',
        rollouts: [{ id: null, service: { name: 'planned' }, status: 'queued', started_at: null }],
        skipped: [{ service: { name: 'planned-not' }, reason: { code: 'version.not_newer' } }],
      });
      expect(world.rancher.journal.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
      expect(world.rancher.journal.changes).toEqual([]);
      expect(await newest()).toEqual(before);
    });

    it('has nothing to say where nothing runs the repository', async () => {
      const { body } = await world.post({ docker_image: 'acme/nowhere:1', dry_run: true });

      expect(body).toMatchObject({
        rollouts: [],
        skipped: [],
        message: '0 to upgrade, 0 left as they are; nothing was changed',
      });
    });

    it('answers 503 and why when Rancher cannot be asked', async () => {
      const fault = world.rancher.faults.add({ kind: 'unauthorized' });
      await world.until('it has asked for the environments', () => fault.hits > 0);
      const answer = await world.post({ docker_image: 'acme/planned:2.0.0', dry_run: true });
      fault.remove();

      expect(answer).toMatchObject({
        status: 503,
        body: {
          code: 'rancher.unauthorized',
          message:
            'Rancher refuses the key (401): it is wrong or no longer active, or its environment is not',
        },
      });
    });
  });

  describe('a method', () => {
    it.each([
      ['GET', '/upgrade', 405, 'POST'],
      ['PUT', '/upgrade', 405, 'POST'],
      ['DELETE', '/upgrade', 405, 'POST'],
      ['OPTIONS', '/upgrade', 405, 'POST'],
      ['PATCH', '/upgrades', 405, 'GET, HEAD, POST'],
      ['OPTIONS', '/upgrades', 405, 'GET, HEAD, POST'],
      ['POST', UNKNOWN, 405, 'GET, HEAD'],
      ['DELETE', UNKNOWN, 405, 'GET, HEAD'],
      ['HEAD', '/upgrades', 200, undefined],
      ['HEAD', UNKNOWN, 404, undefined],
      ['GET', '/', 404, undefined],
      ['POST', '/', 404, undefined],
      ['POST', '/upgrade/x', 404, undefined],
      ['GET', '/upgrades/x/rollouts', 404, undefined],
    ])('%s %s answers %i', async (method, path, status, allow) => {
      const answer = await send(path, { method });

      expect(answer.status).toBe(status);
      expect(answer.headers.allow).toBe(allow);
    });

    it('says in JSON what is wrong', async () => {
      expect(await send('/upgrade', { method: 'PUT', body: '{}' })).toMatchObject({
        json: { code: 'request.method_not_allowed', message: '/upgrade takes only POST' },
      });
      expect(await send('/nowhere')).toMatchObject({
        json: { code: 'request.not_found', message: 'There is nothing at /nowhere' },
      });
    });
  });

  describe('a request id', () => {
    it('is the one of the caller, in the answer and in the log, also of the upgrade', async () => {
      const { status, headers, body } = await world.post(
        { docker_image: 'acme/traced:1' },
        { 'x-request-id': 'ci-4711' },
      );
      await world.settled(String(body.id));

      const messages = world.log
        .filter((line) => line['request'] === 'ci-4711')
        .map((line) => String(line['message']));
      expect(status).toBe(202);
      expect(headers.get('x-request-id')).toBe('ci-4711');
      expect(messages).toEqual(
        expect.arrayContaining([
          'accepted: acme/traced:1',
          'request answered',
          'acme/traced:1: nothing_to_do',
        ]),
      );
    });

    it.each(['', 'a b', 'x'.repeat(129), 'käse'])('is made where the caller gives %j', async (id) => {
      const answer = await send('/ping', { headers: { 'x-request-id': Buffer.from(id).toString('latin1') } });

      expect(answer.headers['x-request-id']).toMatch(UUID);
    });

    it.each([
      ['/nowhere', {}],
      ['/upgrade', { method: 'POST', body: '{' }],
      ['/upgrade', { method: 'POST', body: 'x'.repeat(70_000) }],
      ['/upgrades/%', {}],
    ])('is in the answer of %s, too, whatever is wrong', async (path, question) => {
      const answer = await send(path, { ...question, headers: { 'x-request-id': 'mine' } });

      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers['x-request-id']).toBe('mine');
    });
  });
});
