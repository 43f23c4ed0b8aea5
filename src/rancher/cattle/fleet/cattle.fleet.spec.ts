import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Subject } from 'rxjs';
import { webService } from '../../../../test/fakes/fleet-rig.js';
import { HandClock, idle } from '../../../../test/fakes/hand-clock.js';
import { ScriptedListings } from '../../../../test/fakes/scripted-listings.js';
import { ToldEvents } from '../../../../test/fakes/told-events.js';
import { UpdaterError } from '../../../common/errors.js';
import { createLog } from '../../../common/log.js';
import type { GetOptions } from '../api/cattle.client.js';
import { CattleEnvironments } from '../cattle.environments.js';
import type { VisibleEnvironment } from '../environment-patterns.js';
import { CattleFleet } from './cattle.fleet.js';
import { EnvironmentFleetFactory } from './environment-fleet.factory.js';
import { FleetSettings } from './fleet.settings.js';
import { Followings } from './followings.js';

const WEB = 'docker.io/acme/web';
const MINUTE_MS = 60_000;

function environment(id: string, name: string, isSelected = true): VisibleEnvironment {
  return { id, name, isSelected, why: 'a test says so', doubt: null };
}

/** Answers what a test says that there is. */
class ScriptedEnvironments extends CattleEnvironments {
  there: readonly VisibleEnvironment[] = [environment('1a5', 'production')];
  failure: Error | null = null;
  asked: GetOptions[] = [];
  private readonly told = new Subject<readonly VisibleEnvironment[]>();

  constructor() {
    super(...([] as unknown as ConstructorParameters<typeof CattleEnvironments>));
  }

  override get listed$() {
    return this.told;
  }

  override async list(options: GetOptions = {}): Promise<readonly VisibleEnvironment[]> {
    this.asked.push(options);
    if (this.failure) throw this.failure;
    this.told.next(this.there);
    return Promise.resolve(this.there);
  }
}

describe(CattleFleet, () => {
  let clock: HandClock;
  let environments: ScriptedEnvironments;
  let events: ToldEvents;
  let listings: ScriptedListings;
  let lines: string[];
  let fleet: CattleFleet;

  beforeEach(() => {
    clock = new HandClock();
    environments = new ScriptedEnvironments();
    events = new ToldEvents();
    listings = new ScriptedListings();
    listings.there = [webService('1s1')];
    lines = [];
    const destination = { write: (line: string) => lines.push(line) };
    const log = createLog({ level: 'info', format: 'json', secrets: [], destination });
    const followings = new Followings(clock);
    const fleets = new EnvironmentFleetFactory(events, listings, followings, new FleetSettings(), clock, log);
    fleet = new CattleFleet(environments, fleets, listings, clock, log);
  });

  afterEach(() => fleet.onModuleDestroy());

  async function begin(): Promise<void> {
    fleet.onApplicationBootstrap();
    await idle();
  }

  it('tells how well it knows all environments, by the one that is known worst', async () => {
    environments.there = [environment('1a5', 'production'), environment('1a6', 'staging')];
    await begin();
    events.opens('1a5');
    await idle();
    await clock.advance(4000);
    events.opens('1a6');
    await idle();
    await clock.advance(4000);

    expect(fleet.standing).toEqual({
      environments: 2,
      unheard: ['production'],
      services: 2,
      namedAgo: 8,
      silentFor: 8,
      listedAgo: 8,
    });
  });

  it('tells for how long Rancher has not named its environments', async () => {
    await begin();
    environments.failure = new UpdaterError('rancher.unreachable', 'Rancher is away');
    await clock.advance(3 * MINUTE_MS);
    const away = fleet.standing.namedAgo;
    environments.failure = null;
    await clock.advance(MINUTE_MS);

    expect(away).toBe(180);
    expect(fleet.standing.namedAgo).toBeLessThan(60);
  });

  describe('knows the environments', () => {
    it('that are selected, from the start on', async () => {
      environments.there = [environment('1a5', 'production'), environment('1a6', 'staging', false)];
      await begin();

      expect(events.listened).toEqual(['1a5 production']);
      expect(fleet.of('1a5')).toBeDefined();
      expect(fleet.of('1a6')).toBeUndefined();
    });

    it('that appear, vanish, are selected or no longer, within a minute', async () => {
      environments.there = [environment('1a5', 'a'), environment('1a6', 'b'), environment('1a7', 'c', false)];
      await begin();
      const kept = fleet.of('1a5');

      environments.there = [environment('1a5', 'a'), environment('1a7', 'c'), environment('1a8', 'd')];
      await clock.advance(MINUTE_MS);

      expect(events.listened).toEqual(['1a5 a', '1a7 c', '1a8 d']);
      expect(fleet.of('1a5')).toBe(kept);
      expect(fleet.of('1a6')).toBeUndefined();
    });

    it('by their names of now', async () => {
      await begin();
      environments.there = [environment('1a5', 'renamed')];
      await clock.advance(MINUTE_MS);

      expect(events.listened).toEqual(['1a5 renamed']);
    });

    it('that somebody else has asked for', async () => {
      await begin();
      environments.there = [environment('1a6', 'staging')];

      await environments.list();

      expect(events.listened).toEqual(['1a6 staging']);
    });

    it('still while the question for them fails', async () => {
      await begin();
      environments.failure = new UpdaterError('rancher.unauthorized', 'no');
      await clock.advance(10 * MINUTE_MS);

      expect(events.listened).toEqual(['1a5 production']);
    });
  });

  describe('asks', () => {
    it('once a minute, not always at the same distance, with one try of ten seconds each', async () => {
      const beganMs = clock.monotonicMs();
      const askedMs: number[] = [];
      await begin();
      for (let passed = 0; passed < 600; passed += 1) {
        const before = environments.asked.length;
        await clock.advance(1000);
        if (environments.asked.length > before) askedMs.push(clock.monotonicMs() - beganMs);
      }

      const pauses = askedMs.map((ms, index) => ms - (askedMs[index - 1] ?? 0));
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(49_000);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(60_000);
      expect(environments.asked[0]).toMatchObject({ tries: 1, ms: 10_000 });
    });

    it('again soon after trouble, then more and more seldom, at least every minute', async () => {
      environments.failure = new UpdaterError('rancher.unreachable', 'down');
      await begin();
      const counts: number[] = [environments.asked.length];
      for (const ms of [1000, 2000, 4000, 8000, 16_000, 32_000, 50_000, 50_000]) {
        await clock.advance(ms - 1);
        counts.push(environments.asked.length);
        await clock.advance(1);
        counts.push(environments.asked.length);
      }

      expect(counts).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9]);
    });

    it('begins with short pauses again after the trouble has passed', async () => {
      environments.failure = new UpdaterError('rancher.unreachable', 'down');
      await begin();
      await clock.advance(7000);
      environments.failure = null;
      await clock.advance(8000);
      environments.failure = new UpdaterError('rancher.unreachable', 'down');
      await clock.advance(MINUTE_MS);
      const before = environments.asked.length;
      await clock.advance(MINUTE_MS);

      expect(environments.asked.length - before).toBeGreaterThanOrEqual(3);
    });

    it('goes on after a bug, which it logs', async () => {
      environments.failure = new TypeError('a bug');
      await begin();
      await clock.advance(1000);

      expect(environments.asked).toHaveLength(2);
      expect(lines[0]).toMatch(/"error".*a bug.*cannot be asked for/);
    });
  });

  describe('answers what runs an image', () => {
    it('from what it knows of the environment', async () => {
      await begin();
      events.opens('1a5');
      await idle();

      const rows = await fleet.running('1a5', WEB);

      expect(rows.map(({ id }) => id)).toEqual(['1s1']);
      expect(listings.listed).toEqual(['1a5']);
    });

    it('by a listing where it does not know the environment', async () => {
      await begin();
      listings.there = [webService('1s1'), webService('1s2', '1', { state: 'removed' })];

      const rows = await fleet.running('1a9', WEB);

      expect(rows.map(({ id }) => id)).toEqual(['1s1']);
      expect(listings.listed).toEqual(['1a9']);
    });

    it('by one listing for all who ask of an environment that it does not know, and rests where that fails', async () => {
      await begin();
      listings.failure = new UpdaterError('rancher.forbidden', 'no');
      const counts: number[] = [];
      for (const ms of [0, 999, 1]) {
        await clock.advance(ms);
        const all = Array.from({ length: 100 }, () => fleet.running('1a9', WEB));
        const outcomes = await Promise.allSettled(all);
        expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
        counts.push(listings.listed.length);
      }
      listings.failure = null;
      await clock.advance(2000);
      const rows = await fleet.running('1a9', WEB);

      expect(counts).toEqual([1, 1, 2]);
      expect(rows).toHaveLength(1);
      expect(lines.filter((line) => line.includes('cannot be listed'))).toEqual([
        expect.stringMatching(/"warn".*"1a9"/),
        expect.stringMatching(/"info".*over: /),
      ]);
    });

    it('to nobody who has given up, while others go on waiting', async () => {
      await begin();
      listings.isHeld = true;
      const abort = new AbortController();
      const [mine, others] = [fleet.running('1a5', WEB, abort.signal), fleet.running('1a5', WEB)];
      const given = mine.catch((error: unknown) => error);
      await idle();

      abort.abort();
      await idle();
      listings.release();
      await idle();
      listings.release();

      expect(await given).toMatchObject({ code: 'rancher.unreachable', message: 'given up' });
      expect(await others).toHaveLength(1);
      await expect(fleet.running('1a5', WEB, AbortSignal.abort())).rejects.toMatchObject({
        message: 'given up',
      });
    });
  });

  it('ends with everything that it began', async () => {
    environments.there = [environment('1a5', 'production'), environment('1a6', 'staging')];
    await begin();
    events.opens('1a5');
    await idle();

    fleet.onModuleDestroy();
    await idle();
    await environments.list();
    await clock.advance(10 * MINUTE_MS);

    expect(events.listened).toEqual([]);
    expect(clock.asleep).toBe(0);
    expect(environments.asked).toHaveLength(2);
    expect(fleet.of('1a5')).toBeUndefined();
  });
});
