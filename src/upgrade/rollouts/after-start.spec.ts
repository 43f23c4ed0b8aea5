import { describe, expect, it } from '@jest/globals';
import { aContainer, anInspection, aService } from '../../../test/fakes/services.js';
import { anUpgrading, aProof, aSituation, NEW, outcome } from '../../../test/fakes/situations.js';
import { noonPlus } from '../../../test/fakes/records.js';
import { reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Container, Inspection, Phase, Service } from '../../domain/service.js';
import { afterStart, FINISH_GRACE_MS, timeLeftMs } from './after-start.js';
import type { Move } from './move.js';

const HOUR = 3600;
const DAY = 24 * HOUR;
const GRACE = FINISH_GRACE_MS / 1000;

interface Given {
  readonly rollout?: Partial<Rollout>;
  readonly service?: Partial<Service>;
  readonly inspection?: Inspection | null;
  readonly seconds?: number;
}

function move({ rollout, service, inspection = null, seconds = 1 }: Given): Move {
  const situation = {
    rollout: anUpgrading(rollout),
    service: aService({ revision: 'ours', image: NEW, phase: 'upgraded', state: 'upgraded', ...service }),
    inspection,
  };
  return afterStart(aSituation(situation, seconds));
}

describe('afterStart', () => {
  it.each<[Rollout['status'], Phase, 'ours' | 'before' | 'theirs', string]>([
    ['upgrading', 'upgrading', 'ours', 'wait'],
    ['upgrading', 'upgraded', 'ours', 'finish'],
    ['upgrading', 'finishing', 'ours', 'wait'],
    ['upgrading', 'idle', 'ours', 'finished rollout.finished_elsewhere'],
    ['upgrading', 'changing', 'ours', 'finished rollout.finished_elsewhere'],
    ['upgrading', 'unknown', 'ours', 'wait'],
    ['upgrading', 'stopped', 'ours', 'failed service.inactive'],
    ['upgrading', 'idle', 'before', 'failed rollout.rolled_back_elsewhere'],
    ['upgrading', 'stopped', 'before', 'failed rollout.rolled_back_elsewhere'],
    ['upgrading', 'rolling_back', 'before', 'failed rollout.rolled_back_elsewhere'],
    ['upgrading', 'upgrading', 'theirs', 'failed rollout.overtaken'],
    ['upgrading', 'upgraded', 'theirs', 'failed rollout.overtaken'],
    ['upgrading', 'idle', 'theirs', 'failed rollout.overtaken'],
    ['upgrading', 'cancelling', 'ours', 'failed rollout.cancelled_elsewhere'],
    ['upgrading', 'cancelled', 'ours', 'failed rollout.cancelled_elsewhere'],
    ['upgrading', 'gone', 'ours', 'failed service.removed'],
    ['finishing', 'upgraded', 'ours', 'finish'],
    ['finishing', 'finishing', 'ours', 'wait'],
    ['finishing', 'idle', 'ours', 'finished'],
    ['finishing', 'idle', 'before', 'failed rollout.rolled_back_elsewhere'],
    ['awaiting_confirmation', 'upgraded', 'ours', 'wait'],
    ['awaiting_confirmation', 'upgrading', 'ours', 'wait'],
    ['awaiting_confirmation', 'idle', 'ours', 'finished rollout.finished_elsewhere'],
    ['awaiting_confirmation', 'idle', 'before', 'failed rollout.rolled_back_elsewhere'],
    ['awaiting_confirmation', 'gone', 'ours', 'failed service.removed'],
  ])('%s, and the service is %s with the revision %s: %s', (status, phase, revision, expected) => {
    expect(outcome(move({ rollout: { status, proof: aProof(0) }, service: { phase, revision } }))).toBe(
      expected,
    );
  });

  it('leaves an upgraded service to the caller who wants to confirm it', () => {
    expect(outcome(move({ rollout: { confirm: false } }))).toBe('awaiting_confirmation');
  });

  it.each<[string, Partial<Inspection>, string]>([
    ['only containers from before run', { current: 0, outdated: 1 }, 'failed rollout.rolled_back_elsewhere'],
    ['new ones run too', { current: 1, outdated: 1 }, 'finished rollout.finished_elsewhere'],
    ['none runs', { current: 0, outdated: 0 }, 'finished rollout.finished_elsewhere'],
  ])('takes a service that keeps our revision, where %s, for what it is: %#', (_, counts, expected) => {
    expect(outcome(move({ service: { phase: 'idle' }, inspection: anInspection(counts) }))).toBe(expected);
  });

  it('says so where what failed was finished late', () => {
    const rollout = { status: 'finishing', watchedUntil: noonPlus(DAY) } as const;

    expect(outcome(move({ rollout, service: { phase: 'idle' } }))).toBe('finished rollout.late');
  });

  it('names the image that somebody else has put in, or that there is none', () => {
    const messages = [NEW, null].map((image) =>
      move({ service: { phase: 'idle', revision: 'theirs', image } }),
    );

    expect(messages).toMatchObject([
      { reason: { message: expect.stringContaining(NEW) } },
      { reason: { message: expect.stringContaining('no image') } },
    ]);
  });

  describe('at the gate', () => {
    it.each<[string, Given, string]>([
      ['nobody has looked at its containers', {}, 'wait'],
      ['its containers are not sound', { rollout: { proof: aProof(null) } }, 'wait'],
      ['its containers are sound', { rollout: { proof: aProof(1) } }, 'finish'],
      ['it bakes', { rollout: { proof: aProof(1), bake: 60 }, seconds: 60 }, 'wait'],
      ['it has baked', { rollout: { proof: aProof(1), bake: 60 }, seconds: 61 }, 'finish'],
      [
        'it is proven, even if nobody looked before the deadline',
        { rollout: { proof: aProof(31) }, seconds: 31 },
        'finish',
      ],
      ['it bakes beyond the deadline', { rollout: { proof: aProof(29), bake: 600 }, seconds: 600 }, 'wait'],
    ])('%s: %#', (_, given, expected) => {
      expect(outcome(move(given))).toBe(expected);
    });

    it('gives no time without end to what is never sound for long enough', () => {
      const rollout = { proof: aProof(149), bake: 120, bakedMs: 500_000 };

      expect(move({ rollout, seconds: 149 }).do).toBe('wait');
      expect(outcome(move({ rollout, seconds: 150 }))).toBe('failed rollout.unhealthy watched');
    });

    it('gives an unsound service the time that it has, and says so', () => {
      const rollout = { proof: aProof(null), bake: 20, bakedMs: 10_000 };

      expect(move({ rollout, seconds: 39 }).do).toBe('wait');
      expect(move({ rollout, service: { detail: 'unhealthy' }, seconds: 40 })).toMatchObject({
        status: 'failed',
        reason: {
          code: 'rollout.unhealthy',
          message:
            'upgraded, but not healthy for 20 s on end within 30 s and the time to bake; Rancher says: unhealthy',
        },
        watched: true,
      });
    });
  });

  describe('at the deadline', () => {
    const upgrading = { phase: 'upgrading', state: 'upgrading', detail: null } as const;

    it('waits to the last moment, then says what the service is doing', () => {
      const before = move({ service: upgrading, seconds: 29.999 });
      const after = move({ service: { ...upgrading, detail: 'Waiting: healthy' }, seconds: 30 });

      expect(before.do).toBe('wait');
      expect(after).toMatchObject({
        status: 'failed',
        reason: {
          code: 'rollout.timeout',
          message: 'still upgrading after 30 s; Rancher says: Waiting: healthy',
        },
      });
    });

    it.each<[string, Given, string]>([
      ['leaves it, and watches it', {}, 'failed rollout.timeout watched'],
      ['leaves it where nobody would finish it', { rollout: { confirm: false } }, 'failed rollout.timeout'],
      [
        'leaves what is in a state without a name',
        { service: { phase: 'unknown' } },
        'failed rollout.timeout',
      ],
      ['rolls it back', { rollout: { onFailure: 'rollback' } }, 'rollBack rollout.timeout'],
      [
        'rolls back what is not healthy',
        { rollout: { onFailure: 'rollback' }, service: { phase: 'upgraded' } },
        'rollBack rollout.unhealthy',
      ],
      [
        'leaves what somebody is finishing',
        { rollout: { onFailure: 'rollback' }, service: { phase: 'finishing' } },
        'failed rollout.timeout',
      ],
    ])('%s, as it was asked: %#', (_, { rollout, service }, expected) => {
      expect(
        outcome(move({ rollout: rollout ?? {}, service: { ...upgrading, ...service }, seconds: 30 })),
      ).toBe(expected);
    });

    it.each<[Partial<Container>, string]>([
      [{ running: true, sound: false }, '; its container 1i1 is running, but not healthy'],
      [{ running: false, sound: false, state: 'error' }, '; its container 1i1 is in the state error'],
      [{}, ''],
    ])('says which container is in the way: %j', (container, words) => {
      const ours = aContainer({ revision: 'ours', ...container });
      const inspection = anInspection({ containers: [ours] });

      expect(move({ service: upgrading, inspection, seconds: 30 })).toMatchObject({
        reason: { message: `still upgrading after 30 s${words}` },
      });
    });

    it('rolls back the service as it was seen', () => {
      const chosen = move({ rollout: { onFailure: 'rollback' }, service: upgrading, seconds: 30 });

      expect(chosen).toMatchObject({
        because: { message: 'still upgrading after 30 s' },
        service: { ref: aService().ref, revision: 'ours' },
      });
    });

    it('does not count the time in which Rancher could not be seen', () => {
      const rollout = { unseenMs: 100_000 };

      expect(move({ rollout, service: upgrading, seconds: 129 }).do).toBe('wait');
      expect(outcome(move({ rollout, service: upgrading, seconds: 130 }))).toBe(
        'failed rollout.timeout watched',
      );
    });

    it('asks for a finish that fails again and again, but not for ever; at least once', () => {
      const why = reason('rancher.forbidden', 'Rancher forbids it');
      const finishing = { status: 'finishing', reason: why, proof: aProof(0) } as const;
      const seconds = 30 + GRACE;

      expect(move({ rollout: finishing, seconds: seconds - 1 }).do).toBe('finish');
      expect(move({ rollout: finishing, seconds })).toMatchObject({
        status: 'failed',
        reason: {
          code: 'rollout.timeout',
          message: 'upgraded, but Rancher does not finish it: Rancher forbids it',
        },
      });
      expect(move({ rollout: { ...finishing, reason: null }, seconds }).do).toBe('finish');
    });

    it('gives a service that is finishing more time', () => {
      const given = { rollout: { status: 'finishing' }, service: { phase: 'finishing' } } as const;

      expect(move({ ...given, seconds: 30 + GRACE - 1 }).do).toBe('wait');
      expect(outcome(move({ ...given, seconds: 30 + GRACE }))).toBe('failed rollout.timeout');
    });

    it('counts the time that it had to bake neither before it is finished nor after', () => {
      const baked = { proof: aProof(5), bake: 600 };
      const finishing = { phase: 'finishing' } as const;

      expect(move({ rollout: baked, service: finishing, seconds: 300 }).do).toBe('wait');
      expect(move({ rollout: { ...baked, status: 'finishing' }, service: finishing, seconds: 610 }).do).toBe(
        'wait',
      );
      expect(
        outcome(
          move({ rollout: { ...baked, status: 'finishing' }, service: finishing, seconds: 630 + GRACE }),
        ),
      ).toBe('failed rollout.timeout');
    });

    it('lasts no longer when the clock is set back', () => {
      expect(timeLeftMs(anUpgrading({ unseenMs: 1000 }), noonPlus(-1e6))).toBe(31_000);
    });

    it('knows none for what awaits confirmation', () => {
      const rollout = { status: 'awaiting_confirmation' } as const;

      expect(move({ rollout, service: { phase: 'unknown' }, seconds: 1e6 }).do).toBe('wait');
    });

    it('counts from now where no start is noted', () => {
      expect(move({ rollout: { timedFrom: null }, service: upgrading, seconds: 1e6 }).do).toBe('wait');
    });
  });

  describe('before the deadline', () => {
    const starts = [{ container: '1i1', count: 1, at: noonPlus(0) }];
    const rollout = { proof: aProof(null, { starts }), onFailure: 'rollback' } as const;

    it.each<[string, Given, string]>([
      ['fails what crashes again and again', {}, 'rollBack rollout.crashing'],
      [
        'leaves and watches that, where it was asked to',
        { rollout: { onFailure: 'leave' } },
        'failed rollout.crashing watched',
      ],
      ['waits for what has crashed twice', { inspection: crashed(3) }, 'wait'],
      ['waits for what it could not look into', { inspection: null }, 'wait'],
    ])('%s: %#', (_, given, expected) => {
      const { inspection = crashed(4) } = given;

      expect(
        outcome(
          move({ rollout: { ...rollout, ...given.rollout }, service: { phase: 'upgrading' }, inspection }),
        ),
      ).toBe(expected);
    });

    it('finishes nothing that crashes, though it is sound whenever it is looked at', () => {
      const given = { rollout: { ...rollout, proof: aProof(0, { starts }) }, inspection: crashed(4) };

      expect(outcome(move(given))).toBe('rollBack rollout.crashing');
    });

    it('says which container crashes', () => {
      const chosen = move({ rollout, inspection: crashed(4) });

      expect(chosen).toMatchObject({ because: { message: 'its container 1i1 crashes: started 4 times' } });
    });
  });

  describe('while somebody has to confirm it', () => {
    const awaiting = { status: 'awaiting_confirmation', confirm: false } as const;

    it.each([
      [0, HOUR - 1, 'wait'],
      [0, HOUR, 'remind'],
      [1, 3 * HOUR - 1, 'wait'],
      [1, 3 * HOUR, 'remind'],
      [2, 7 * HOUR - 1, 'wait'],
      [2, 7 * HOUR, 'remind'],
      [4, 31 * HOUR - 1, 'wait'],
      [4, 31 * HOUR, 'remind'],
      [5, 31 * HOUR + DAY - 1, 'wait'],
      [5, 31 * HOUR + DAY, 'remind'],
    ])('after %d reminders, at %d s: %s', (reminders, seconds, expected) => {
      expect(move({ rollout: { ...awaiting, reminders }, seconds }).do).toBe(expected);
    });

    it.each<[string, Partial<Rollout>, string]>([
      ['ends as failed', {}, 'failed rollout.unconfirmed'],
      ['is rolled back', { onFailure: 'rollback' }, 'rollBack rollout.unconfirmed'],
    ])('%s when nobody has confirmed it in time: %#', (_, more, expected) => {
      const rollout = { ...awaiting, confirmWithin: 90, ...more };

      expect(move({ rollout, seconds: 89 }).do).toBe('wait');
      expect(outcome(move({ rollout, seconds: 90 }))).toBe(expected);
    });

    it('waits for what has no time', () => {
      expect(move({ rollout: { ...awaiting, timedFrom: null, confirmWithin: 1 }, seconds: 1e6 }).do).toBe(
        'wait',
      );
    });
  });
});

function crashed(starts: number): Inspection {
  return anInspection({ containers: [aContainer({ revision: 'ours', starts, sound: false })] });
}
