import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aRollout, NOON, noonPlus } from '../../../test/fakes/records.js';
import { aContainer, anInspection, aService } from '../../../test/fakes/services.js';
import {
  anAttempt,
  anUndoing,
  anUpgrading,
  aProof,
  aSituation,
  NEW,
  OLD,
  YES,
} from '../../../test/fakes/situations.js';
import { reason } from '../../domain/reasons.js';
import { LEFTOVER, ON_FAILURE, ROLLOUT_STATUSES, type Attempt, type Rollout } from '../../domain/rollout.js';
import { PHASES, type Inspection, type Service } from '../../domain/service.js';
import type { Judgement } from '../judging/judgement.js';
import { MAX_ATTEMPTS } from './while-queued.js';
import type { Move, Situation } from './move.js';
import { nextMove } from './next-move.js';

const OVER = ['finished', 'rolled_back', 'rollback_failed', 'skipped', 'superseded', 'cancelled'] as const;
const REVISIONS = ['ours', 'before', 'theirs'] as const;

const BUSY = reason('service.busy', 'the service is restarting and cannot be upgraded now');
const WAITING = reason('service.awaiting_confirmation', 'the service is still upgraded from before');
const NOT_NOW: Judgement = { upgrade: false, reason: BUSY, passing: true };
const LEFT: Judgement = { upgrade: false, reason: WAITING, passing: true };
const NO: Judgement = { upgrade: false, reason: reason('label.off', 'not opted in'), passing: false };
const STORED_ONLY = anInspection({ current: 0, outdated: 1 });
const RUNS = 2000;
/** How often a move must have come for its rule to be tried at all. */
const LEAST_HITS = RUNS / 20;

/** A move; `again`: a start where nobody knows what came of the last; `watch`: to settle what is watched on. */
type Name = Exclude<Move['do'], 'wait' | 'supersede'> | 'again' | 'watch';

/** What a situation is made of. */
interface Parts {
  readonly rollout: Rollout;
  readonly service: Service;
  readonly judgement: Judgement;
  readonly inspection: Inspection | null;
  readonly seconds: number;
}

const UPGRADED = aService({ phase: 'upgraded', revision: 'ours', image: NEW });

/** A situation for each move that leads to it; around them others are tried that lead there too, or just not. */
const TOWARDS: Readonly<Record<Name, Parts>> = {
  start: parts({}),
  again: parts({ rollout: aRollout({ attempt: anAttempt() }) }),
  restore: parts({
    rollout: aRollout({ onFailure: 'rollback', attempt: anAttempt() }),
    service: aService({ revision: 'theirs', image: NEW }),
    inspection: STORED_ONLY,
    seconds: 60,
  }),
  adopt: parts({ rollout: aRollout({ attempt: anAttempt() }), service: UPGRADED }),
  finish: parts({ rollout: anUpgrading({ proof: aProof(0) }), service: UPGRADED }),
  late: parts({
    rollout: anUpgrading({ status: 'failed', proof: aProof(0), watchedUntil: noonPlus(86_400) }),
    service: UPGRADED,
    seconds: 400,
  }),
  rollBack: parts({ rollout: anUpgrading({ onFailure: 'rollback' }), service: UPGRADED, seconds: 400 }),
  clear: parts({
    rollout: aRollout({ leftover: 'rollback' }),
    service: aService({ phase: 'upgraded' }),
    judgement: LEFT,
  }),
  remind: parts({
    rollout: anUpgrading({ status: 'awaiting_confirmation' }),
    service: UPGRADED,
    seconds: 4000,
  }),
  settle: parts({ rollout: anUpgrading(), service: aService({ phase: 'gone' }) }),
  watch: parts({ rollout: anUpgrading(), service: UPGRADED, seconds: 400 }),
};

describe('nextMove, whatever it meets,', () => {
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
      breach('again', ({ rollout: { attempt }, service, inspection, now }) => {
        if (!attempt?.open || service.phase === 'gone') return true;
        const isInFlight = service.phase === 'idle' && now.getTime() - attempt.at.getTime() < 20_000;
        const mayHaveHappened = service.revision !== attempt.revision && service.image === NEW;
        const isStoredOnly = service.phase === 'idle' && inspection?.current === 0;
        return !isInFlight && (!mayHaveHappened || isStoredOnly);
      }),
    ).toBeNull();
  });

  it('brings back only what a start of its own has left stored, and only where a failure is rolled back', () => {
    expect(
      breach('restore', ({ rollout: { status, onFailure, attempt }, service, inspection }) => {
        const isOurImage = attempt !== null && service.phase === 'idle' && service.image === NEW;
        const isStoredOnly = inspection?.current === 0 && inspection.outdated > 0;
        return status === 'queued' && onFailure === 'rollback' && isOurImage && isStoredOnly;
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
    expect(breach('late', ({ rollout }) => rollout.confirm)).toBeNull();
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
      breach('watch', ({ rollout, service }) => rollout.confirm && service.revision === rollout.revision),
    ).toBeNull();
  });

  it('reminds only of what awaits confirmation', () => {
    expect(breach('remind', ({ rollout }) => rollout.status === 'awaiting_confirmation')).toBeNull();
  });
});

/** Why a move is not chosen by its rule: the situation where it is not, or that it hardly ever came; null: it is. */
function breach(move: Name, isAllowed: (situation: Situation, chosen: Move) => boolean): string | null {
  let hits = 0;
  const keeps = fc.property(anySituation(move), (situation) => {
    const chosen = nextMove(situation);
    if (!namesOf(chosen, situation).includes(move)) return true;
    hits += 1;
    return isAllowed(situation, chosen);
  });
  const report = fc.defaultReportMessage(fc.check(keeps, { numRuns: RUNS }));
  if (report) return report;
  return hits < LEAST_HITS ? `${move} came only ${hits} times in ${RUNS}` : null;
}

function namesOf(chosen: Move, { rollout: { attempt } }: Situation): readonly string[] {
  if (chosen.do === 'start' && attempt?.open) return ['start', 'again'];
  return chosen.do === 'settle' && chosen.watched ? ['settle', 'watch'] : [chosen.do];
}

function isReady({ revision, proof, bake }: Rollout, service: Service, now: Date): boolean {
  const since = proof?.soundSince ?? null;
  const isBaked = since !== null && now.getTime() - since.getTime() >= bake * 1000;
  return service.phase === 'upgraded' && service.revision === revision && isBaked;
}

function inspectionOf(revision: string): Inspection {
  return anInspection({ containers: [aContainer({ id: 'old', revision })] });
}

/** Any situation, every second time one that differs only in some parts from what leads to the move. */
function anySituation(towards: Name = 'finish'): fc.Arbitrary<Situation> {
  const centre = TOWARDS[towards];
  return fc
    .oneof(anyParts(centre, 0), anyParts(centre, 9))
    .map(({ seconds, judgement, ...given }) => aSituation({ ...given, judge: () => judgement }, seconds));
}

/** `weight`: so many times as often as any other, a part is as in the centre. */
function anyParts(centre: Parts, weight: number): fc.Arbitrary<Parts> {
  const inspections = [null, inspectionOf('ours'), inspectionOf('before'), STORED_ONLY];
  const seconds = fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 100_000 }));
  return fc.record({
    rollout: anyRollout(centre.rollout, weight),
    service: anyService(centre.service, weight),
    judgement: near(fc.constantFrom(YES, NO, NOT_NOW, LEFT), centre.judgement, weight),
    inspection: near(fc.constantFrom(...inspections), centre.inspection, weight),
    seconds: near(seconds, centre.seconds, weight),
  });
}

function anyRollout(centre: Rollout, weight: number): fc.Arbitrary<Rollout> {
  const any = <K extends keyof Rollout>(key: K, all: fc.Arbitrary<Rollout[K]>) =>
    near(all, centre[key], weight);
  return fc
    .record({
      status: any('status', often(ROLLOUT_STATUSES, 'upgrading')),
      confirm: any('confirm', fc.boolean()),
      onFailure: any('onFailure', fc.constantFrom(...ON_FAILURE)),
      leftover: any('leftover', fc.constantFrom(...LEFTOVER)),
      confirmWithin: any('confirmWithin', fc.constantFrom(null, 60)),
      bake: any('bake', fc.constantFrom(0, 60, 3600)),
      busySince: any('busySince', fc.constantFrom(null, NOON)),
      timedFrom: any('timedFrom', fc.constantFrom(null, NOON)),
      startedAt: any('startedAt', fc.constantFrom(null, NOON)),
      revision: any('revision', often([null], 'ours')),
      watchedUntil: any('watchedUntil', fc.constantFrom(null, noonPlus(86_400))),
      undoing: any('undoing', fc.constantFrom(null, anUndoing())),
      proof: any('proof', fc.constantFrom(null, aProof(null), aProof(0), aProof(90))),
      attempt: any('attempt', fc.option(anyAttempt())),
    })
    .map((overrides) => ({ ...centre, ...overrides }));
}

function anyAttempt(): fc.Arbitrary<Attempt> {
  return fc.record({
    at: fc.constant(NOON),
    revision: fc.constant('before'),
    image: fc.constant(OLD),
    count: fc.integer({ min: 0, max: MAX_ATTEMPTS + 1 }),
    open: fc.boolean(),
    last: fc.constantFrom(null, 'last'),
    restoring: fc.boolean(),
  });
}

function anyService(centre: Service, weight: number): fc.Arbitrary<Service> {
  const any = <K extends keyof Service>(key: K, all: fc.Arbitrary<Service[K]>) =>
    near(all, centre[key], weight);
  return fc
    .record({
      phase: any('phase', often(PHASES, 'upgraded')),
      revision: any('revision', often(REVISIONS, 'ours')),
      image: any('image', fc.constantFrom(null, OLD, NEW)),
      scale: any('scale', fc.constantFrom(null, 0, 1)),
    })
    .map((overrides) => ({ ...centre, ...overrides }));
}

/** Any of them, and in half of all cases this one: most rules are about what is rare. */
function often<T>(all: readonly T[], one: T): fc.Arbitrary<T> {
  return near(fc.constantFrom(...all), one, 1);
}

function near<T>(any: fc.Arbitrary<T>, centre: T, weight: number): fc.Arbitrary<T> {
  return fc.oneof({ weight: 1, arbitrary: any }, { weight, arbitrary: fc.constant(centre) });
}

function parts(given: Partial<Parts>): Parts {
  return {
    rollout: aRollout(),
    service: aService(),
    judgement: YES,
    inspection: null,
    seconds: 60,
    ...given,
  };
}
