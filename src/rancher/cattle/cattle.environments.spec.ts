import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { cattleParts } from '../../../test/fakes/cattle-parts.js';
import { cattleSettings, CattleStub, error, ImpatientClock, page } from '../../../test/fakes/cattle-stub.js';
import type { Clock } from '../../common/clock.js';
import { createLog } from '../../common/log.js';
import { HandClock, idle } from '../../../test/fakes/hand-clock.js';
import { CattleEnvironments } from './cattle.environments.js';
import type { VisibleEnvironment } from './environment-patterns.js';
import type { CattleSettings } from './cattle.settings.js';

const PROJECTS = [
  { id: '1a5', type: 'project', name: 'prod', state: 'active' },
  { id: '1a6', type: 'project', name: 'nonprod', state: 'upgrading' },
  { id: '1a7', type: 'project', name: 'old', state: 'inactive' },
];

/** The head of a reply to a key that sees secrets. */
const SEEING = { 'x-api-account-kind': 'project' };

describe(CattleEnvironments, () => {
  let stub: CattleStub;
  let url: string;
  let lines: string[];

  beforeEach(async () => {
    stub = new CattleStub();
    url = await stub.start();
    lines = [];
    stub.replies = [page(PROJECTS, null, SEEING)];
  });

  afterEach(() => stub.stop());

  function environments(more: Partial<CattleSettings> = {}, path = '', clock: Clock = new ImpatientClock()) {
    return roomFor(more, path, clock).environments;
  }

  function roomFor(more: Partial<CattleSettings>, path: string, clock: Clock) {
    const settings = cattleSettings(`${url}${path}`, more);
    const destination = { write: (line: string) => lines.push(line) };
    const log = createLog({ level: 'debug', format: 'json', secrets: [], destination });
    return cattleParts(settings, clock, log);
  }

  /** Has these listed, one list after the other. */
  async function listAll(
    known: CattleEnvironments,
    lists: readonly (readonly (object | undefined)[])[],
  ): Promise<void> {
    stub.replies = lists.map((rows) =>
      page(
        rows.map((row) => row ?? {}),
        null,
        SEEING,
      ),
    );
    for (const _ of lists) await known.list();
  }

  it('asks for all that the key can see', async () => {
    await environments().list();

    expect(stub.asked[0]?.url).toBe('/v2-beta/projects?all=true&limit=1000');
  });

  it('knows which environments are selected', async () => {
    const visible = await environments({ AUTOUPDATE_ENVIRONMENT_NAMES: 'prod' }).list();

    expect(visible).toMatchObject([
      { id: '1a5', name: 'prod', isSelected: true },
      { id: '1a6', name: 'nonprod', isSelected: true },
      { id: '1a7', name: 'old', isSelected: false },
    ]);
  });

  it('knows only the one that the address speaks of', async () => {
    const visible = await environments({}, '/v1/projects/1a6').list();

    expect(visible.filter(({ isSelected }) => isSelected).map(({ id }) => id)).toEqual(['1a6']);
  });

  it('leaves out an environment whose name is none', async () => {
    stub.replies = [
      page([...PROJECTS, { id: '1a9', type: 'project', name: 5, state: 'active' }], null, SEEING),
    ];

    expect((await environments().list()).map(({ id }) => id)).toEqual(['1a5', '1a6', '1a7']);
  });

  it('calls an environment without a name by its id, and leaves out what is no environment', async () => {
    stub.replies = [page([{ id: '1a5', type: 'project', name: null, state: 'active' }, { id: '1a6' }])];

    expect(await environments().list()).toMatchObject([{ id: '1a5', name: '1a5' }]);
  });

  it('keeps two environments of the same name apart', async () => {
    stub.replies = [
      page(['1a5', '1a6'].map((id) => ({ id, type: 'project', name: 'same', state: 'active' }))),
    ];

    expect(await environments().list()).toHaveLength(2);
  });

  it('logs what selects each of them, once, and what may not be meant so', async () => {
    const known = environments({ AUTOUPDATE_ENVIRONMENT_NAMES: '^old$,prod' });

    await known.list();
    await known.list();

    expect(lines.map((line) => line.replace(/.*"message":/, ''))).toEqual([
      expect.stringContaining('Rancher answers'),
      expect.stringContaining('environment prod is selected: by the pattern prod'),
      expect.stringContaining('environment nonprod is selected: by the pattern prod'),
      expect.stringContaining('write ^prod$'),
      expect.stringContaining('environment old is left out: it is inactive'),
    ]);
  });

  it('warns once of a pattern that is found in no name, also where others select something', async () => {
    const known = environments({ AUTOUPDATE_ENVIRONMENT_NAMES: 'prod,nothing,^old$' });
    stub.replies = [PROJECTS, PROJECTS.slice(0, 2)].map((rows) => page(rows, null, SEEING));

    await known.list();
    await known.list();

    const warnings = lines.filter((line) => line.includes('selects no environment'));
    expect(warnings.map((line): unknown => JSON.parse(line))).toMatchObject([
      { level: 'warn', message: 'the pattern nothing selects no environment that the key sees' },
      { level: 'warn', message: 'the pattern ^old$ selects no environment that the key sees' },
    ]);
  });

  it('logs an environment by its name, with its id beside it', async () => {
    await environments({ AUTOUPDATE_ENVIRONMENT_NAMES: '^prod' }).list();

    const logged = lines.map((line): unknown => JSON.parse(line));
    expect(logged.slice(1)).toMatchObject([
      { environment: 'prod', environment_id: '1a5' },
      { environment: 'nonprod', environment_id: '1a6' },
      { environment: 'old', environment_id: '1a7' },
    ]);
  });

  it('logs of the selection what has changed', async () => {
    const known = environments();
    const [prod, nonprod] = PROJECTS;
    const renamed = { ...nonprod, name: 'stage' };
    const lists = [[prod], [prod, nonprod], [prod, renamed], [], [], [prod]];
    await listAll(known, lists);

    const said = lines.slice(1).map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(said.map(({ level, message }) => `${String(level)}: ${String(message)}`)).toEqual([
      'info: environment prod is selected: by the pattern .*',
      'info: environment nonprod is selected: by the pattern .*',
      'info: environment nonprod is now called stage',
      'info: environment stage is selected: by the pattern .*',
      'warn: no environment is selected',
      'warn: environment prod is gone, or hidden from the key',
      'warn: environment stage is gone, or hidden from the key',
      'info: environment prod is selected: by the pattern .*',
    ]);
  });

  it('warns of an environment that is selected no longer, and of none that never was', async () => {
    const known = environments({ AUTOUPDATE_ENVIRONMENT_NAMES: '^prod' });
    const [prod, nonprod] = PROJECTS;
    const lists = [
      [prod, nonprod],
      [
        { ...prod, name: 'old prod' },
        { ...nonprod, name: 'stage' },
      ],
      [],
    ];
    await listAll(known, lists);

    const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const warned = said.filter(({ level, environment }) => level === 'warn' && environment !== undefined);
    expect(warned.map(({ message }) => message)).toEqual([
      'environment old prod is left out: no pattern is found in its name',
    ]);
  });

  it('logs trouble once for each change of its reason, and its end', async () => {
    const known = environments();
    stub.replies = [error(401), error(401), error(403), page([], null, SEEING)];

    for (let asked = 0; asked < 4; asked += 1) await known.list().catch(() => null);

    expect(lines).toEqual([
      expect.stringMatching(/"warn".*refuses the key/),
      expect.stringMatching(/"warn".*forbids/),
      expect.stringMatching(/"info".*Rancher answers/),
      expect.stringMatching(/"warn".*no environment is selected/),
    ]);
  });

  it('logs trouble once, also while nothing is asked for as long as it wants so', async () => {
    const known = environments();
    stub.replies = [error(503, {}, { 'retry-after': '60' })];

    for (let asked = 0; asked < 3; asked += 1) await known.list().catch(() => null);

    expect(stub.asked).toHaveLength(1);
    expect(lines).toEqual([expect.stringMatching(/"warn".*answers 503/)]);
  });

  it('takes a list that is not there for one that is hidden from the key', async () => {
    stub.replies = [error(404)];

    await expect(environments().list()).rejects.toMatchObject({
      code: 'rancher.forbidden',
      message: expect.stringContaining('agent key'),
    });
    expect(lines).toEqual([expect.stringMatching(/"warn".*agent key/)]);
  });

  it.each([
    [false, 'Services that use secrets are left as they are'],
    [true, 'AUTOUPDATE_ALLOW_SECRETS_LOSS lets it do so'],
  ])('warns once of a key that cannot see secrets; their loss allowed: %p', async (allowed, rule) => {
    stub.replies = [page(PROJECTS, null, { 'x-api-account-kind': 'environment' })];
    const known = environments({ AUTOUPDATE_ALLOW_SECRETS_LOSS: allowed });

    await known.list();
    await known.list();

    const warnings = lines.filter((line) => line.includes('cannot see secrets'));
    expect(warnings).toEqual([expect.stringContaining(rule)]);
  });

  it('warns of a key whose kind it is not told, until it is', async () => {
    stub.replies = [page(PROJECTS), page(PROJECTS), page(PROJECTS, null, { 'x-api-account-kind': 'user' })];
    const known = environments();

    for (let asked = 0; asked < 3; asked += 1) await known.list();

    expect(lines.filter((line) => line.includes('secrets'))).toEqual([
      expect.stringMatching(/"warn".*X-API-ACCOUNT-KIND, which tells, is missing/),
    ]);
  });

  describe('an answer that comes after that to a later question', () => {
    let early: ServerResponse;
    let known: CattleEnvironments;
    let first: Promise<unknown>;

    beforeEach(async () => {
      known = environments();
      stub.replies = [(response) => (early = response), page(PROJECTS, null, SEEING)];
      first = known.list({ tries: 1 }).catch((thrown: unknown) => thrown);
      await stub.until(1);
    });

    it('counts no more: who asked gets the later one', async () => {
      const lists: unknown[] = [];
      known.listed$.subscribe((list) => lists.push(list));
      const second = await known.list();

      page(PROJECTS.slice(1))(early);

      expect(await first).toBe(second);
      expect(lists).toEqual([second]);
      expect(await known.recent()).toBe(second);
      expect([known.lastName('1a5'), stub.asked.length]).toEqual(['prod', 2]);
    });

    it('is no trouble where it is a refusal', async () => {
      const second = await known.list();

      error(403)(early);

      expect(await first).toMatchObject({ code: 'rancher.forbidden' });
      expect(await known.recent()).toBe(second);
      expect(lines.filter((line) => line.includes('forbids'))).toEqual([]);
    });

    it('is no end of the trouble that the later one tells of', async () => {
      const lists: unknown[] = [];
      known.listed$.subscribe((list) => lists.push(list));
      stub.replies = [error(401)];
      await known.list().catch(() => null);

      page(PROJECTS, null, SEEING)(early);

      expect(await first).toHaveLength(3);
      expect([lists, lines]).toEqual([[], [expect.stringMatching(/"warn".*refuses the key/)]]);
    });

    it('counts where the later question was given up', async () => {
      const abort = new AbortController();
      stub.replies = [() => undefined];
      const second = known.list({ signal: abort.signal }).catch(() => null);
      await stub.until(2);
      abort.abort();
      await second;

      page(PROJECTS, null, SEEING)(early);

      expect(await first).toHaveLength(3);
      expect(await known.recent()).toBe(await first);
    });
  });

  describe('recent', () => {
    let clock: HandClock;
    let parts: ReturnType<typeof roomFor>;
    let known: CattleEnvironments;

    beforeEach(() => {
      clock = new HandClock();
      parts = roomFor({}, '', clock);
      known = parts.environments;
      known.onApplicationBootstrap();
    });

    it('asks once, and again when the answer is more than a minute old', async () => {
      const first = await known.recent();
      await clock.advance(60_000);
      const second = await known.recent();
      const asked = stub.asked.length;
      await clock.advance(1);
      await known.recent();

      expect(second).toBe(first);
      expect([asked, stub.asked.length]).toEqual([1, 2]);
    });

    it('knows what anybody has asked for', async () => {
      const listed = await known.list();

      expect(await known.recent()).toBe(listed);
      expect(stub.asked).toHaveLength(1);
    });

    it('asks again after the key was refused, and fails as that fails', async () => {
      stub.replies = [page(PROJECTS, null, SEEING), error(401), error(401), page(PROJECTS, null, SEEING)];
      await known.recent();
      await known.list().catch(() => null);

      await expect(known.recent()).rejects.toMatchObject({ code: 'rancher.unauthorized' });
      await clock.advance(1000);
      expect(await known.recent()).toHaveLength(3);
      expect(stub.asked).toHaveLength(4);
    });

    it('asks at once when the key is refused for something else, and again after five seconds at the earliest', async () => {
      stub.replies = [page(PROJECTS, null, SEEING)];
      await known.list();
      const { client } = parts;
      const refusal = async () => {
        stub.replies = [error(401), page(PROJECTS, null, SEEING)];
        await client.get('/projects/1a5/services/1s7').catch(() => null);
        await idle();
      };

      await clock.advance(4999);
      await refusal();
      const early = stub.asked.length;
      await clock.advance(1);
      await refusal();
      await stub.until(4);
      await known.recent();
      await refusal();

      expect([early, stub.asked.length]).toEqual([2, 5]);
    });

    it('fails as soon as it was found that the key is refused for everything', async () => {
      await known.list();
      await clock.advance(5000);
      stub.replies = [error(401)];

      await parts.client.get('/projects/1a5/services/1s7').catch(() => null);
      await stub.until(3);
      while (!lines.some((line) => line.includes('refuses the key'))) await idle();

      await expect(known.recent()).rejects.toMatchObject({ code: 'rancher.unauthorized' });
    });

    it('asks once for all who wait, and rests after a failure, for at most ten seconds, in which all fail alike', async () => {
      stub.replies = [error(401)];
      const counts: number[] = [];
      for (const ms of [0, 999, 1, 1999, 1, 3999, 1, 7999, 1, 9999, 1, 9999, 1]) {
        await clock.advance(ms);
        const all = await Promise.allSettled(Array.from({ length: 100 }, () => known.recent()));
        expect(new Set(all.map((one) => one.status === 'rejected' && String(one.reason))).size).toBe(1);
        counts.push(stub.asked.length);
      }

      expect(counts).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7]);
      expect(lines).toEqual([expect.stringMatching(/"warn".*refuses the key/)]);
    });

    it('ends its rest as soon as anybody gets a list, and says of each failure that it is logged', async () => {
      stub.replies = [error(401), page(PROJECTS, null, SEEING)];
      const failure: unknown = await known.recent().catch((thrown: unknown) => thrown);
      await known.list();

      expect(failure).toMatchObject({ code: 'rancher.unauthorized', details: { isLogged: true } });
      expect(await known.recent()).toHaveLength(3);
      expect(stub.asked).toHaveLength(2);
    });

    it('lets who gives up go, and the others wait on', async () => {
      const abort = new AbortController();
      const mine = known.recent(abort.signal).catch((thrown: unknown) => thrown);
      const others = known.recent();

      abort.abort();

      expect(await mine).toMatchObject({ code: 'rancher.unreachable', message: 'given up' });
      expect(await others).toHaveLength(3);
      expect(stub.asked).toHaveLength(1);
    });

    it('gives up its question when the service ends', async () => {
      stub.replies = [() => undefined];
      const asked = known.recent().catch((thrown: unknown) => thrown);
      await stub.until(1);

      known.onApplicationShutdown();

      expect(await asked).toMatchObject({ code: 'rancher.unreachable' });
      expect(lines).toEqual([]);
    });

    it('minds no question that somebody has given up', async () => {
      await known.recent();
      await known.list({ signal: AbortSignal.abort() }).catch(() => null);
      const asked = stub.asked.length;

      expect(await known.recent()).toHaveLength(3);
      expect(stub.asked).toHaveLength(asked);
    });

    it('tells names, for a minute', async () => {
      const before = known.recentName('1a5');
      await known.list();
      const names = ['1a5', '1a7', '1a9'].map((id) => known.recentName(id));
      await clock.advance(60_001);

      expect(before).toBeUndefined();
      expect(names).toEqual(['prod', 'old', undefined]);
      expect(known.recentName('1a5')).toBeUndefined();
    });

    it('tells whoever follows every list, and no failure', async () => {
      const lists: (readonly VisibleEnvironment[])[] = [];
      known.listed$.subscribe((list) => lists.push(list));
      stub.replies = [page(PROJECTS, null, SEEING), error(401), page([], null, SEEING)];

      for (let asked = 0; asked < 3; asked += 1) await known.list().catch(() => null);

      expect(lists.map((list) => list.map(({ id }) => id))).toEqual([['1a5', '1a6', '1a7'], []]);
    });
  });
});
