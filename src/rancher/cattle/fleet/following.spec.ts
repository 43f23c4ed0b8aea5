import { describe, expect, it } from '@jest/globals';
import { inState } from '../../../../test/fakes/cattle-resources.js';
import { HandClock, idle } from '../../../../test/fakes/hand-clock.js';
import type { ServiceResource } from '../api/cattle.wire.js';
import { Following, type Tidings } from './following.js';

const PAUSES = { liveMs: 10_000, deafMs: 2000 };

/** A service of which a reply has just told, if one is given. */
function following(told: ServiceResource | null = null) {
  const clock = new HandClock();
  const events = { areLive: true };
  const followed = new Following(() => events.areLive, clock);
  const abort = new AbortController();
  if (told) {
    followed.asking();
    followed.replied(told);
  }
  return { clock, events, followed, abort };
}

/** What `next` says and when, in milliseconds from now. */
function next({ followed, clock, abort }: ReturnType<typeof following>) {
  const beganMs = clock.monotonicMs();
  const outcome: { tidings: Tidings | null; afterMs: number } = { tidings: null, afterMs: -1 };
  void followed.next(PAUSES, abort.signal).then((tidings) => {
    outcome.tidings = tidings;
    outcome.afterMs = clock.monotonicMs() - beganMs;
  });
  return outcome;
}

const SENT_MS = 1_488_903_000_000;
const LATER_MS = SENT_MS + 1000;
const LOOK = { is: 'look' };

describe(Following, () => {
  describe('next, where a reply has told of the service', () => {
    it('takes an event for a look that shows it upgraded', async () => {
      const known = following(inState('upgrading'));
      const outcome = next(known);

      known.followed.hears(inState('upgraded'), SENT_MS);
      await idle();

      expect(outcome).toEqual({ tidings: { is: 'heard', resource: inState('upgraded') }, afterMs: 0 });
    });

    it.each([
      ['unhealthy', 'healthy'],
      ['healthy', 'unhealthy'],
    ])('takes another health of what is upgraded for a look: %s, then %s', async (told, heard) => {
      const known = following(inState('upgraded', 'v2', told));
      const outcome = next(known);

      known.followed.hears(inState('upgraded', 'v2', heard), SENT_MS);
      await idle();

      expect(outcome.tidings).toMatchObject({ is: 'heard', resource: { healthState: heard } });
    });

    it.each([
      ['upgrading', 'upgrading', 'unhealthy'],
      ['upgraded', 'upgraded', 'healthy'],
      ['finishing-upgrade', 'finishing-upgrade', 'unhealthy'],
      ['active', 'active', 'unhealthy'],
      ['rolling-back', 'rolling-back', 'healthy'],
    ])('makes nothing of an echo: %s, then %s (%s)', async (told, heard, health) => {
      const known = following(inState(told));
      const outcome = next(known);

      known.followed.hears(inState(heard, 'v2', health), SENT_MS);
      await known.clock.advance(9999);
      const before = outcome.tidings;
      await known.clock.advance(1);

      expect(before).toBeNull();
      expect(outcome).toEqual({ tidings: LOOK, afterMs: 10_000 });
    });

    it.each([
      ['upgrading', 'finishing-upgrade', 'v2'],
      ['upgrading', 'active', 'v2'],
      ['upgraded', 'finishing-upgrade', 'v2'],
      ['upgraded', 'active', 'v2'],
      ['finishing-upgrade', 'active', 'v2'],
      ['upgraded', 'upgrading', 'v2'],
      ['finishing-upgrade', 'upgraded', 'v2'],
      ['active', 'finishing-upgrade', 'v2'],
      ['active', 'upgrading', 'v2'],
      ['upgrading', 'upgraded', 'v3'],
      ['upgrading', 'upgraded', 'v1'],
      ['upgrading', 'active', 'v1'],
      ['upgrading', 'rolling-back', 'v2'],
      ['upgrading', 'canceling-upgrade', 'v2'],
      ['upgraded', 'restarting', 'v2'],
      ['upgraded', 'inactive', 'v2'],
      ['upgrading', 'removed', 'v2'],
      ['upgrading', 'unheard-of', 'v2'],
      ['rolling-back', 'active', 'v2'],
    ])('looks, a second after it was last asked, where %s is followed by %s of %s', async (...states) => {
      const [told, heard, revision] = states;
      const known = following(inState(told));
      const outcome = next(known);

      known.followed.hears(inState(heard, revision), SENT_MS);
      await known.clock.advance(999);
      const before = outcome.tidings;
      await known.clock.advance(1);

      expect(before).toBeNull();
      expect(outcome).toEqual({ tidings: LOOK, afterMs: 1000 });
    });

    it('takes the rest of the service for the end of the upgrade that it has heard of, and of which the finish was taken', async () => {
      const known = following(inState('upgrading'));
      next(known);
      known.followed.hears(inState('upgraded'), SENT_MS);
      await idle();
      known.followed.asking();
      known.followed.replied(inState('finishing-upgrade'));

      known.followed.hears(inState('active'), LATER_MS);
      const outcome = next(known);
      await idle();

      expect(outcome.tidings).toMatchObject({ is: 'heard', resource: { state: 'active' } });
    });

    it.each([
      ['at the same time', SENT_MS, SENT_MS],
      ['before', SENT_MS, SENT_MS - 1],
      ['nobody knows when', SENT_MS, null],
      ['nobody knows when it was upgraded', null, LATER_MS],
    ])(
      'looks at the rest that may not have been sent after it was upgraded: %s',
      async (_, upgradedMs, sentMs) => {
        const known = following(inState('upgrading'));
        next(known);
        known.followed.hears(inState('upgraded'), upgradedMs);
        await idle();
        known.followed.asking();
        known.followed.replied(inState('finishing-upgrade'));

        known.followed.hears(inState('active'), sentMs);
        const outcome = next(known);
        await known.clock.advance(1000);

        expect(outcome).toEqual({ tidings: LOOK, afterMs: 1000 });
      },
    );

    it('looks at once where the last question was longer ago than that', async () => {
      const known = following(inState('upgrading'));
      await known.clock.advance(1000);
      const outcome = next(known);

      known.followed.hears(inState('rolling-back'), SENT_MS);
      await idle();

      expect(outcome).toEqual({ tidings: LOOK, afterMs: 0 });
    });

    it('looks no more than once a second, however much contradicts', async () => {
      const known = following(inState('upgrading'));
      const looksMs: number[] = [];
      const looking = (async () => {
        while (!known.abort.signal.aborted) {
          await known.followed.next(PAUSES, known.abort.signal);
          looksMs.push(known.clock.monotonicMs());
          known.followed.asking();
          known.followed.replied(inState('upgrading'));
        }
      })();

      const beganMs = known.clock.monotonicMs();
      for (let heard = 0; heard < 40; heard += 1) {
        known.followed.hears(inState('rolling-back'), SENT_MS);
        await known.clock.advance(100);
      }
      known.abort.abort();
      await looking;

      expect(looksMs.slice(0, -1).map((ms) => ms - beganMs)).toEqual([1000, 2000, 3000, 4000]);
    });

    it('takes what proves itself further on although something has contradicted before', async () => {
      const known = following(inState('upgrading'));
      const outcome = next(known);

      known.followed.hears(inState('active', 'v1'), LATER_MS);
      await idle();
      known.followed.hears(inState('upgraded'), SENT_MS);
      await idle();

      expect(outcome.tidings).toMatchObject({ is: 'heard', resource: { state: 'upgraded' } });
    });

    it('does not forget a contradiction for an echo that comes after it', async () => {
      const known = following(inState('upgrading'));
      const outcome = next(known);

      known.followed.hears(inState('rolling-back', 'v1'), SENT_MS);
      known.followed.hears(inState('upgrading'), SENT_MS);
      await known.clock.advance(1000);

      expect(outcome).toEqual({ tidings: LOOK, afterMs: 1000 });
    });

    it('takes an event only once, however often it comes', async () => {
      const known = following(inState('upgrading'));
      const first = next(known);
      known.followed.hears(inState('upgraded'), SENT_MS);
      await idle();

      const second = next(known);
      for (let again = 0; again < 5; again += 1) known.followed.hears(inState('upgraded'), SENT_MS);
      await known.clock.advance(9999);

      expect(first.tidings?.is).toBe('heard');
      expect(second.tidings).toBeNull();
    });

    it('goes on from what it has heard', async () => {
      const known = following(inState('upgrading'));
      const first = next(known);
      known.followed.hears(inState('upgraded'), SENT_MS);
      await idle();
      const second = next(known);

      known.followed.hears(inState('upgrading'), SENT_MS);
      await known.clock.advance(1000);

      expect(first.tidings?.is).toBe('heard');
      expect(second).toEqual({ tidings: LOOK, afterMs: 1000 });
    });

    it('hears what has come while nobody waited', async () => {
      const known = following(inState('upgrading'));
      known.followed.hears(inState('upgraded'), SENT_MS);

      const outcome = next(known);
      await idle();

      expect(outcome.tidings?.is).toBe('heard');
    });

    it('looks for an event that does not say how the service is', async () => {
      const known = following(inState('upgrading'));
      const outcome = next(known);

      known.followed.hears(null, SENT_MS);
      known.followed.hears(inState('upgraded'), SENT_MS);
      await known.clock.advance(1000);

      expect(outcome).toEqual({ tidings: LOOK, afterMs: 1000 });
    });

    it('looks when events may have been lost', async () => {
      const known = following(inState('upgrading'));
      const outcome = next(known);

      known.followed.doubts();
      await known.clock.advance(1000);

      expect(outcome).toEqual({ tidings: LOOK, afterMs: 1000 });
    });
  });

  describe('next, where something has happened to containers', () => {
    it('looks within 50 ms where the service is upgraded', async () => {
      const known = following(inState('upgraded'));
      const outcome = next(known);

      known.followed.hearsOfContainers();
      await known.clock.advance(49);
      const before = outcome.tidings;
      await known.clock.advance(1);

      expect(before).toBeNull();
      expect(outcome).toEqual({ tidings: LOOK, afterMs: 50 });
    });

    it('looks ever more rarely, down to once a second, the more of them change in a row', async () => {
      const known = following(inState('upgraded'));
      const pauses: number[] = [];

      for (let look = 0; look < 7; look += 1) {
        const outcome = next(known);
        known.followed.hearsOfContainers();
        await known.clock.advance(1000);
        pauses.push(outcome.afterMs);
        known.followed.asking();
        known.followed.replied(inState('upgraded'));
      }

      expect(pauses).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
    });

    it.each(['upgrading', 'finishing-upgrade', 'active', 'rolling-back'])(
      'makes nothing of it where the service is %s',
      async (state) => {
        const known = following(inState(state));
        const outcome = next(known);

        known.followed.hearsOfContainers();
        await known.clock.advance(9999);

        expect(outcome.tidings).toBeNull();
      },
    );

    it('does not look for containers that had changed before the event that shows the service upgraded', async () => {
      const known = following(inState('upgrading'));
      known.followed.hearsOfContainers();
      known.followed.hears(inState('upgraded'), SENT_MS);
      const first = next(known);
      await idle();

      const second = next(known);
      await known.clock.advance(9999);

      expect(first.tidings?.is).toBe('heard');
      expect(second.tidings).toBeNull();
    });
  });

  describe('next, while a reply is awaited or has not come', () => {
    it('holds what is heard against the reply when it comes', async () => {
      const known = following();
      known.followed.asking();
      known.followed.hears(inState('upgraded'), SENT_MS);
      known.followed.replied(inState('upgrading'));

      const outcome = next(known);
      await idle();

      expect(outcome.tidings).toMatchObject({ is: 'heard', resource: { state: 'upgraded' } });
    });

    it('forgets what was heard before it asked', async () => {
      const known = following(inState('upgrading'));
      known.followed.hears(null, SENT_MS);
      known.followed.hears(inState('upgraded'), SENT_MS);
      known.followed.hearsOfContainers();
      known.followed.asking();
      known.followed.replied(inState('upgraded'));

      const outcome = next(known);
      await known.clock.advance(9999);

      expect(outcome.tidings).toBeNull();
    });

    it('pauses for as long as without events where the reply has not come', async () => {
      const known = following();
      known.followed.asking();

      const outcome = next(known);
      await known.clock.advance(2000);

      expect(outcome).toEqual({ tidings: LOOK, afterMs: 2000 });
    });

    it('takes no event for a look where no reply has told of the service', async () => {
      const known = following();
      known.followed.asking();
      known.followed.hears(inState('upgraded'), SENT_MS);

      const outcome = next(known);
      await known.clock.advance(1000);

      expect(outcome).toEqual({ tidings: LOOK, afterMs: 1000 });
    });
  });

  describe('next, where events come and go', () => {
    it('looks after ten seconds with events, and after two without', async () => {
      const [live, deaf] = [following(inState('upgrading')), following(inState('upgrading'))];
      deaf.events.areLive = false;
      const outcomes = [next(live), next(deaf)];

      await live.clock.advance(10_000);
      await deaf.clock.advance(10_000);

      expect(outcomes.map(({ afterMs }) => afterMs)).toEqual([10_000, 2000]);
    });

    it('notices within two seconds that there are none any longer', async () => {
      const known = following(inState('upgrading'));
      const outcome = next(known);

      await known.clock.advance(4500);
      known.events.areLive = false;
      await known.clock.advance(2000);

      expect(outcome).toEqual({ tidings: LOOK, afterMs: 6000 });
    });

    it('ends when it is told to, and leaves nothing asleep', async () => {
      const known = following(inState('upgrading'));
      const outcome = next(known);
      await idle();

      known.abort.abort();
      await idle();

      expect(outcome.tidings).toEqual(LOOK);
      expect(known.clock.asleep).toBe(0);
    });
  });

  describe('first', () => {
    it('has nothing to do where a reply has just told, and events are to be expected', async () => {
      const known = following(inState('upgrading'));
      await known.clock.advance(9999);

      expect(known.followed.first()).toBeNull();
    });

    it('has what was heard since the reply', () => {
      const known = following(inState('upgrading'));
      known.followed.hears(inState('upgraded'), SENT_MS);

      expect(known.followed.first()).toMatchObject({ is: 'heard', resource: { state: 'upgraded' } });
    });

    it.each<[string, (known: ReturnType<typeof following>) => unknown]>([
      ['the reply was ten seconds ago', ({ clock }) => clock.advance(10_000)],
      ['there are no events', ({ events }) => (events.areLive = false)],
      ['the last request was not answered', ({ followed }) => followed.asking()],
      ['events may have been lost', ({ followed }) => followed.doubts()],
      ['an event contradicts', ({ followed }) => followed.hears(inState('rolling-back'), SENT_MS)],
    ])('looks where %s', async (_, happens) => {
      const known = following(inState('upgrading'));
      await happens(known);

      expect(known.followed.first()).toEqual(LOOK);
    });

    it('looks where nothing was ever asked', () => {
      expect(following().followed.first()).toEqual(LOOK);
    });
  });
});
