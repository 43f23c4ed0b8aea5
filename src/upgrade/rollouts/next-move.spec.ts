import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anOutage, aRollout, NOON, noonPlus } from '../../../test/fakes/records.js';
import { aContainer, anInspection, aService } from '../../../test/fakes/services.js';
import {
  anUndoing,
  anUpgrading,
  aProof,
  aSituation,
  NEW,
  OLD,
  outcome,
  YES,
} from '../../../test/fakes/situations.js';
import { reason } from '../../domain/reasons.js';
import { LEFTOVER, ON_FAILURE, ROLLOUT_STATUSES, type Rollout } from '../../domain/rollout.js';
import { PHASES, type Inspection, type Service } from '../../domain/service.js';
import type { Judgement } from '../judging/judgement.js';
import { MAX_ATTEMPTS } from './before-start.js';
import type { Move, Situation } from './move.js';
import { deadlineMs, nextMove, nextMoveUnseen } from './next-move.js';
import { proven } from './proof.js';

const MOVES = ['wait', 'start', 'finish', 'adopt', 'rollBack', 'late', 'clear', 'remind', 'settle'];
const OVER = ['finished', 'rolled_back', 'rollback_failed', 'skipped', 'superseded', 'cancelled'] as const;
const REVISIONS = ['ours', 'before', 'theirs'] as const;

const BUSY = reason('service.busy', 'the service is restarting and cannot be upgraded now');
const WAITING = reason('service.awaiting_confirmation', 'the service is still upgraded from before');
const NOT_NOW: Judgement = { upgrade: false, reason: BUSY, passing: true };
const LEFT: Judgement = { upgrade: false, reason: WAITING, passing: true };
const NO: Judgement = { upgrade: false, reason: reason('label.off', 'not opted in'), passing: false };
const RUNS = 2000;

/** A rollout of the status, with all that belongs to it. */
function inStatus(status: Rollout['status'], overrides: Partial<Rollout> = {}): Rollout {
  if (status === 'queued') return aRollout(overrides);
  const undoing = status === 'rolling_back' ? anUndoing() : null;
  const watchedUntil = status === 'failed' ? noonPlus(86_400) : null;
  return anUpgrading({ status, undoing, watchedUntil, ...overrides });
}

describe('nextMove', () => {
  const pairs = ROLLOUT_STATUSES.flatMap((status) =>
    PHASES.flatMap((phase) =>
      REVISIONS.flatMap((revision) => [1, 1e6].map((seconds) => ({ status, phase, revision, seconds }))),
    ),
  );

  it.each(pairs)('has an answer to $status, $phase, $revision, after $seconds s', (pair) => {
    const { status, phase, revision, seconds } = pair;
    const service = aService({ phase, revision });

    const chosen = [null, inspectionOf('ours'), inspectionOf('before')].map((inspection) => {
      const rollout = inStatus(status);
      const noted = inspection ? proven(rollout, service, inspection, noonPlus(seconds)) : rollout;
      return nextMove(aSituation({ rollout: noted, service, inspection }, seconds)).do;
    });

    expect(MOVES).toEqual(expect.arrayContaining(chosen));
  });

  it('is total: what is rolled back without a word why waits', () => {
    const rollout = anUpgrading({ status: 'rolling_back', undoing: null });

    expect(nextMove(aSituation({ rollout }))).toEqual({ do: 'wait', because: null });
  });

  it.each(OVER)('moves nothing that is %s', (status) => {
    fc.assert(
      fc.property(anySituation(), (situation) => {
        const rollout = { ...situation.rollout, status };
        expect(nextMove({ ...situation, rollout })).toEqual({ do: 'wait', because: null });
      }),
    );
  });

  it('starts only what is queued, and only what the judgement allows', () => {
    expect(
      breach('start', (situation) => {
        return situation.rollout.status === 'queued' && situation.judge(situation.service).upgrade;
      }),
    ).toBeNull();
  });

  it('never starts again before a look shows that the first start did not happen', () => {
    expect(
      breach('start', ({ rollout: { attempt }, service, inspection, now }) => {
        if (!attempt?.open || service.phase === 'gone') return true;
        const isInFlight = service.phase === 'idle' && now.getTime() - attempt.at.getTime() < 20_000;
        const mayHaveHappened = service.revision !== attempt.revision && service.image === NEW;
        const isStoredOnly = service.phase === 'idle' && inspection?.current === 0;
        return !isInFlight && (!mayHaveHappened || isStoredOnly);
      }),
    ).toBeNull();
  });

  it('takes for its own only what was made after its start was noted, of the version it asked for', () => {
    expect(
      breach('adopt', ({ rollout: { status, attempt }, service }) => {
        const isNew = attempt?.open === true && service.revision !== attempt.revision;
        return status === 'queued' && isNew && service.image === NEW;
      }),
    ).toBeNull();
  });

  it('finishes only our own revision, upgraded and proven', () => {
    expect(breach('finish', ({ rollout, service, now }) => isReady(rollout, service, now))).toBeNull();
    expect(
      breach(
        'late',
        ({ rollout, service, now }) => rollout.status === 'failed' && isReady(rollout, service, now),
      ),
    ).toBeNull();
  });

  it('finishes only what somebody has confirmed', () => {
    expect(breach('finish', ({ rollout }) => rollout.confirm || rollout.status === 'finishing')).toBeNull();
  });

  it('rolls back only our own revision, in the middle of its upgrade', () => {
    expect(
      breach('rollBack', ({ rollout, service }) => {
        const isInBetween = ['upgrading', 'upgraded', 'cancelled'].includes(service.phase);
        return isInBetween && service.revision === rollout.revision;
      }),
    ).toBeNull();
  });

  it('rolls back by itself only what was to be, or is being undone', () => {
    expect(
      breach(
        'rollBack',
        ({ rollout }) => rollout.onFailure === 'rollback' || rollout.status === 'rolling_back',
      ),
    ).toBeNull();
  });

  it('neither starts nor finishes what is being undone', () => {
    fc.assert(
      fc.property(anySituation(), fc.constantFrom('rolled_back', 'cancelled'), (situation, as) => {
        const rollout = { ...situation.rollout, status: 'rolling_back', undoing: anUndoing({ as }) } as const;
        const chosen = nextMove({ ...situation, rollout });
        expect(['wait', 'rollBack', 'settle']).toContain(chosen.do);
        expect(chosen.do === 'settle' && chosen.status === 'finished').toBe(false);
      }),
      { numRuns: RUNS },
    );
  });

  it('clears away only what stands still in the middle of an upgrade, and where it was asked to', () => {
    expect(
      breach('clear', ({ rollout, service }) => {
        const standsStill = service.phase === 'upgraded' || service.phase === 'cancelled';
        const isMeant = rollout.leftover !== 'refuse' || rollout.attempt?.restoring;
        return rollout.status === 'queued' && Boolean(isMeant) && standsStill;
      }),
    ).toBeNull();
  });

  it('watches on only what may yet come to a good end', () => {
    expect(
      breach('settle', ({ rollout, service }, chosen) => {
        const isWatched = chosen.do === 'settle' && chosen.watched;
        return !isWatched || (rollout.confirm && service.revision === rollout.revision);
      }),
    ).toBeNull();
  });

  it('reminds only of what awaits confirmation', () => {
    expect(breach('remind', ({ rollout }) => rollout.status === 'awaiting_confirmation')).toBeNull();
  });
});

describe('nextMoveUnseen', () => {
  const outage = anOutage();
  const patienceMs = 3_600_000;

  it.each<[string, Rollout, number, string]>([
    ['queued, for less than the patience', aRollout({ outage }), 3599, 'wait'],
    ['queued, for longer', aRollout({ outage }), 3600, 'failed rancher.unreachable'],
    ['upgrading, while its own time is not up either', anUpgrading({ outage }), 3629, 'wait'],
    ['upgrading, for longer', anUpgrading({ outage }), 3630, 'failed rancher.unreachable watched'],
    [
      'upgrading, after earlier outages',
      anUpgrading({ outage, unseenMs: 3_600_000 }),
      3630,
      'failed rancher.unreachable watched',
    ],
    [
      'upgrading, when its time was up before anybody looked',
      anUpgrading({ timedFrom: noonPlus(-10_000), outage }),
      3599,
      'wait',
    ],
    [
      'awaiting confirmation, however long',
      anUpgrading({ status: 'awaiting_confirmation', outage }),
      1e6,
      'wait',
    ],
    ['rolling back, while its own time is not up', rollingBack(), 3899, 'wait'],
    ['rolling back, for longer', rollingBack(), 3900, 'rollback_failed rollout.not_rolled_back'],
    [
      'rolling back, when its time was up before anybody looked',
      rollingBack({ undoing: anUndoing({ at: noonPlus(-10_000) }) }),
      3600,
      'rollback_failed rollout.not_rolled_back',
    ],
    ['failed and watched', inStatus('failed', { outage }), 86_399, 'wait'],
    ['failed and watched for long enough', inStatus('failed', { outage }), 86_400, 'failed'],
    ['failed and not watched', inStatus('failed', { outage, watchedUntil: null }), 1e6, 'wait'],
    ['seen', aRollout({ outage: null }), 1e6, 'wait'],
  ])('%s (%#)', (_, rollout, seconds, expected) => {
    expect(outcome(nextMoveUnseen(rollout, noonPlus(seconds), patienceMs))).toBe(expected);
  });

  it('says why, and since when', () => {
    expect(nextMoveUnseen(aRollout({ outage }), noonPlus(3600), patienceMs)).toMatchObject({
      reason: { message: 'Rancher does not answer; this has been so since 2026-03-02T12:00:00.000Z' },
    });
  });

  function rollingBack(overrides: Partial<Rollout> = {}): Rollout {
    return inStatus('rolling_back', { outage, ...overrides });
  }
});

/** A situation in which a move is chosen where it may not be; null: there is none. */
function breach(move: Move['do'], isAllowed: (situation: Situation, chosen: Move) => boolean): string | null {
  const keeps = fc.property(anySituation(), (situation) => {
    const chosen = nextMove(situation);
    return chosen.do !== move || isAllowed(situation, chosen);
  });
  return fc.defaultReportMessage(fc.check(keeps, { numRuns: RUNS })) ?? null;
}

function isReady({ revision, proof, bake }: Rollout, service: Service, now: Date): boolean {
  const since = proof?.soundSince ?? null;
  const isBaked = since !== null && now.getTime() - since.getTime() >= bake * 1000;
  return service.phase === 'upgraded' && service.revision === revision && isBaked;
}

function inspectionOf(revision: string): Inspection {
  return anInspection({ containers: [aContainer({ id: 'old', revision })] });
}

function anySituation(): fc.Arbitrary<Situation> {
  return fc
    .record({
      rollout: anyRollout(),
      service: anyService(),
      seconds: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 100_000 })),
      judgement: fc.constantFrom(YES, NO, NOT_NOW, LEFT),
      inspection: fc.constantFrom(null, inspectionOf('ours'), inspectionOf('before'), STORED_ONLY),
    })
    .map(({ seconds, judgement, ...given }) => aSituation({ ...given, judge: () => judgement }, seconds));
}

const STORED_ONLY = anInspection({ current: 0, outdated: 1 });

function anyRollout(): fc.Arbitrary<Rollout> {
  return fc
    .record({
      status: often(ROLLOUT_STATUSES, 'upgrading'),
      confirm: fc.boolean(),
      onFailure: fc.constantFrom(...ON_FAILURE),
      leftover: fc.constantFrom(...LEFTOVER),
      confirmWithin: fc.constantFrom(null, 60),
      bake: fc.constantFrom(0, 60, 3600),
      busySince: fc.constantFrom(null, NOON),
      timedFrom: fc.constantFrom(null, NOON),
      startedAt: fc.constantFrom(null, NOON),
      revision: often([null], 'ours'),
      watchedUntil: fc.constantFrom(null, noonPlus(86_400)),
      undoing: fc.constantFrom(null, anUndoing()),
      proof: fc.constantFrom(null, aProof(null), aProof(0), aProof(90)),
      attempt: fc.option(
        fc.record({
          at: fc.constant(NOON),
          revision: fc.constant('before'),
          image: fc.constant(OLD),
          count: fc.integer({ min: 0, max: MAX_ATTEMPTS + 1 }),
          open: fc.boolean(),
          last: fc.constantFrom(null, 'last'),
          restoring: fc.boolean(),
        }),
      ),
    })
    .map((overrides) => aRollout(overrides));
}

function anyService(): fc.Arbitrary<Service> {
  return fc
    .record({
      phase: often(PHASES, 'upgraded'),
      revision: often(REVISIONS, 'ours'),
      image: fc.constantFrom(null, OLD, NEW),
      healthy: fc.boolean(),
      scale: fc.constantFrom(null, 0, 1),
    })
    .map((overrides) => aService(overrides));
}

/** Any of them, and in half of all cases this one: most rules are about what is rare. */
function often<T>(all: readonly T[], one: T): fc.Arbitrary<T> {
  return fc.oneof(fc.constantFrom(...all), fc.constant(one));
}

describe(deadlineMs, () => {
  it.each<[string, Rollout, number, number | null]>([
    ['nothing of one that waits', aRollout(), 0, null],
    ['what is left of its timeout', anUpgrading({ timedFrom: NOON, timeout: 30 }), 10, 20_000],
    ['nothing once that is over', anUpgrading({ timedFrom: NOON, timeout: 30 }), 30, null],
    [
      'what is left of a rollback',
      inStatus('rolling_back', { undoing: anUndoing({ at: NOON }) }),
      10,
      290_000,
    ],
  ])('is %s', (_, rollout, seconds, left) => {
    expect(deadlineMs(rollout, noonPlus(seconds))).toBe(left);
  });
});
