import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aRollout, NOON, noonPlus } from '../../../test/fakes/records.js';
import { anInspection, aService } from '../../../test/fakes/services.js';
import { parseImageReference } from '../../domain/image-reference.js';
import { reason } from '../../domain/reasons.js';
import { PHASES, type Inspection, type Phase, type Service } from '../../domain/service.js';
import { ROLLOUT_STATUSES, type Attempt, type Rollout } from '../../domain/upgrade.js';
import { FINISH_GRACE_MS } from './after-start.js';
import { MAX_ATTEMPTS, UNCERTAIN_MS } from './before-start.js';
import { needsInspection } from './needs-inspection.js';
import type { Move } from './move.js';
import { nextMove, nextMoveUnseen } from './next-move.js';
import { BUSY_PATIENCE_MS, type Judgement } from '../planning/plan.js';

const OLD = 'registry.acme.io/shop/web:2.0.4';
const NEW = 'registry.acme.io/shop/web:2.1.0';
const BUSY = reason('service.busy', 'the service is restarting and cannot be upgraded now');

const YES: Judgement = { upgrade: true, to: reference(NEW) };
const NOT_NOW: Judgement = { upgrade: false, reason: BUSY, passing: true };
const NO: Judgement = { upgrade: false, reason: reason('label.off', 'not opted in'), passing: false };

function reference(text: string) {
  const parsed = parseImageReference(text);
  if (parsed.ok) return parsed.reference;
  throw new Error(parsed.problem);
}

function anAttempt(overrides: Partial<Attempt> = {}): Attempt {
  return { at: NOON, revision: 'before', image: OLD, count: 1, open: true, ...overrides };
}

function started(overrides: Partial<Rollout> = {}): Rollout {
  return aRollout({
    status: 'upgrading',
    revision: 'ours',
    startedAt: NOON,
    attempt: anAttempt({ open: false }),
    timeout: 30,
    ...overrides,
  });
}

function move(
  rollout: Rollout,
  service: Service,
  {
    judgement = YES,
    seconds = 1,
    inspection = null,
  }: { judgement?: Judgement; seconds?: number; inspection?: Inspection | null } = {},
): Move {
  return nextMove({ rollout, service, inspection, now: noonPlus(seconds), judge: () => judgement });
}

function outcome(chosen: Move): string {
  if (chosen.do !== 'settle') return chosen.do;
  return chosen.reason ? `${chosen.status} ${chosen.reason.code}` : chosen.status;
}

describe('nextMove', () => {
  describe('before a start', () => {
    it('starts a service that may be upgraded, noting what is there', () => {
      const service = aService();

      const chosen = move(aRollout(), service);

      expect(chosen).toEqual({
        do: 'start',
        service,
        to: reference(NEW),
        before: { revision: 'before', image: OLD },
      });
    });

    it('waits while the service is in a state that passes, and says why', () => {
      const rollout = aRollout({ busySince: NOON });

      const chosen = move(rollout, aService({ phase: 'changing' }), { judgement: NOT_NOW });

      expect(chosen).toEqual({ do: 'wait', because: BUSY });
    });

    it('gives a passing state up after ten minutes', () => {
      const rollout = aRollout({ busySince: NOON });
      const service = aService({ phase: 'changing' });

      const before = move(rollout, service, { judgement: NOT_NOW, seconds: BUSY_PATIENCE_MS / 1000 - 1 });
      const after = move(rollout, service, { judgement: NOT_NOW, seconds: BUSY_PATIENCE_MS / 1000 });

      expect([outcome(before), outcome(after)]).toEqual(['wait', 'skipped service.busy']);
    });

    it('skips a service that may not be upgraded after all', () => {
      expect(outcome(move(aRollout(), aService(), { judgement: NO }))).toBe('skipped label.off');
    });

    it('stops asking after so many refusals', () => {
      const rollout = aRollout({ attempt: anAttempt({ open: false, count: MAX_ATTEMPTS }) });

      expect(outcome(move(rollout, aService()))).toBe('failed rollout.refused');
    });

    it('gives up with the last that Rancher said', () => {
      const attempt = anAttempt({ open: false, count: MAX_ATTEMPTS });
      const rollout = aRollout({
        attempt,
        reason: reason('rancher.error', 'Rancher answers 409 (Conflict)'),
      });

      expect(move(rollout, aService())).toMatchObject({
        reason: { message: 'Rancher did not take the upgrade in 5 tries: Rancher answers 409 (Conflict)' },
      });
    });
  });

  describe('after a start of which nobody knows what came', () => {
    const rollout = aRollout({ attempt: anAttempt() });
    const late = UNCERTAIN_MS / 1000;
    const ours = { revision: 'new', image: NEW } as const;

    it.each<[string, Partial<Service>, Inspection | null, number, string]>([
      ['nothing shows yet, Rancher may still be at it', {}, anInspection(), 1, 'wait'],
      ['nothing shows after that', {}, anInspection(), late, 'start'],
      ['it is upgrading to what we asked', { ...ours, phase: 'upgrading' }, null, 1, 'adopt'],
      ['it is upgraded to it', { ...ours, phase: 'upgraded' }, null, 1, 'adopt'],
      ['somebody finishes it', { ...ours, phase: 'finishing' }, null, 1, 'adopt'],
      ['somebody has finished it', { ...ours, phase: 'idle' }, anInspection(), late, 'adopt'],
      ['only the image was stored, still early', ours, anInspection({ current: 0, outdated: 1 }), 1, 'wait'],
      ['only the image was stored', ours, anInspection({ current: 0, outdated: 1 }), late, 'start'],
      ['it has no containers at all', ours, anInspection({ current: 0 }), late, 'adopt'],
      ['its containers were not inspected', ours, null, late, 'adopt'],
      ['somebody rolls it back', { phase: 'rolling_back' }, null, 1, 'failed rollout.rolled_back_elsewhere'],
      [
        'the registry was prefixed by Rancher',
        { ...ours, phase: 'upgrading', image: 'mirror.io/shop/web:2.1.0' },
        null,
        1,
        'adopt',
      ],
    ])('when %s: goes the right way', (_, service, inspection, seconds, expected) => {
      expect(outcome(move(rollout, aService(service), { inspection, seconds }))).toBe(expected);
    });

    it.each<[string, Partial<Service>]>([
      ['tag', { image: 'registry.acme.io/shop/web:3.0.0' }],
      ['digest', { image: `${NEW}@sha256:${'a'.repeat(64)}` }],
      ['name', { image: 'registry.acme.io/shop/worker:2.1.0' }],
      ['image that nobody can read', { image: '!!!' }],
      ['missing image', { image: null }],
    ])('does not adopt the upgrade of somebody else, known by another %s', (_, service) => {
      const theirs = aService({ revision: 'theirs', phase: 'upgrading', ...service });

      expect(outcome(move(rollout, theirs, { judgement: NOT_NOW }))).toBe('wait');
    });

    it('judges a service that has only the new image stored by the image its containers run', () => {
      const judged: (string | null)[] = [];
      const service = aService(ours);

      const chosen = nextMove({
        rollout,
        service,
        inspection: anInspection({ current: 0, outdated: 2 }),
        now: noonPlus(late),
        judge: ({ image }) => {
          judged.push(image);
          return YES;
        },
      });

      expect(judged).toEqual([OLD]);
      expect(chosen).toMatchObject({ do: 'start', before: { revision: 'new', image: OLD } });
    });

    it('leaves a service that has been removed', () => {
      const gone = { upgrade: false, reason: reason('service.removed', 'removed'), passing: false } as const;

      expect(outcome(move(rollout, aService({ phase: 'gone' }), { judgement: gone }))).toBe(
        'skipped service.removed',
      );
    });
  });

  describe('after a start', () => {
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
      expect(outcome(move(started({ status }), aService({ phase, revision })))).toBe(expected);
    });

    it('leaves an upgraded service to the caller who wants to confirm it', () => {
      const chosen = move(started({ confirm: false }), aService({ phase: 'upgraded', revision: 'ours' }));

      expect(chosen).toEqual({ do: 'settle', status: 'awaiting_confirmation', reason: null });
    });

    it('names the image that somebody else has put in, or that there is none', () => {
      const messages = [NEW, null].map((image) =>
        move(started(), aService({ phase: 'idle', revision: 'theirs', image })),
      );

      expect(messages).toMatchObject([
        { reason: { message: expect.stringContaining(NEW) } },
        { reason: { message: expect.stringContaining('no image') } },
      ]);
    });
  });

  describe('at the deadline', () => {
    const upgrading = aService({ phase: 'upgrading', state: 'upgrading', revision: 'ours', detail: null });

    it('waits to the last moment, then says what the service is doing', () => {
      const before = move(started(), upgrading, { seconds: 29.999 });
      const after = move(started(), { ...upgrading, detail: 'Waiting: healthy' }, { seconds: 30 });

      expect(before.do).toBe('wait');
      expect(after).toMatchObject({
        status: 'failed',
        reason: {
          code: 'rollout.timeout',
          message: 'still upgrading after 30 s; Rancher says: Waiting: healthy',
        },
      });
    });

    it('finishes what is upgraded in time, even if nobody looked before', () => {
      const service = aService({ phase: 'upgraded', revision: 'ours' });

      expect(move(started(), service, { seconds: 31 }).do).toBe('finish');
    });

    it('does not finish an unhealthy service', () => {
      const sick = aService({ phase: 'upgraded', revision: 'ours', healthy: false });

      expect(move(started(), sick, { seconds: 29 }).do).toBe('wait');
      expect(outcome(move(started(), sick, { seconds: 30 }))).toBe('failed rollout.unhealthy');
    });

    it('does not count the time in which Rancher could not be seen', () => {
      const rollout = started({ unseenMs: 100_000 });

      expect(move(rollout, upgrading, { seconds: 129 }).do).toBe('wait');
      expect(outcome(move(rollout, upgrading, { seconds: 130 }))).toBe('failed rollout.timeout');
    });

    it('asks for a finish that fails again and again, but not for ever', () => {
      const service = aService({ phase: 'upgraded', revision: 'ours' });
      const why = reason('rancher.forbidden', 'Rancher forbids it');
      const finishing = started({ status: 'finishing', reason: why });
      const end = 30 + FINISH_GRACE_MS / 1000;

      expect(move(finishing, service, { seconds: end - 1 }).do).toBe('finish');
      expect(move({ ...finishing, reason: null }, service, { seconds: end }).do).toBe('finish');
      expect(move(finishing, service, { seconds: end })).toMatchObject({
        status: 'failed',
        reason: { code: 'rollout.timeout', message: expect.stringContaining('Rancher forbids it') },
      });
    });

    it('gives a service that is finishing more time', () => {
      const rollout = started({ status: 'finishing' });
      const service = aService({ phase: 'finishing', revision: 'ours' });
      const end = 30 + FINISH_GRACE_MS / 1000;

      expect(move(rollout, service, { seconds: end - 1 }).do).toBe('wait');
      expect(outcome(move(rollout, service, { seconds: end }))).toBe('failed rollout.timeout');
    });

    it('knows none for what awaits confirmation', () => {
      const rollout = started({ status: 'awaiting_confirmation' });
      const service = aService({ phase: 'unknown', revision: 'ours' });

      expect(move(rollout, service, { seconds: 1e6 }).do).toBe('wait');
    });

    it('counts from now where no start is noted', () => {
      expect(move(started({ startedAt: null }), upgrading, { seconds: 1e6 }).do).toBe('wait');
    });
  });

  const anyRollout = fc
    .record({
      status: fc.constantFrom(...ROLLOUT_STATUSES),
      confirm: fc.boolean(),
      busySince: fc.constantFrom(null, NOON),
      startedAt: fc.constantFrom(null, NOON),
      revision: fc.constantFrom(null, 'ours', 'before'),
      attempt: fc.option(
        fc.record({
          at: fc.constant(NOON),
          revision: fc.constant('before'),
          image: fc.constant(OLD),
          count: fc.integer({ min: 0, max: MAX_ATTEMPTS + 1 }),
          open: fc.boolean(),
        }),
      ),
    })
    .map((overrides) => aRollout(overrides));
  const anyService = fc
    .record({
      phase: fc.constantFrom(...PHASES),
      revision: fc.constantFrom('before', 'ours', 'theirs'),
      image: fc.constantFrom(null, OLD, NEW),
      healthy: fc.boolean(),
    })
    .map((overrides) => aService(overrides));
  const anySituation = fc.record({
    rollout: anyRollout,
    service: anyService,
    seconds: fc.integer({ min: 0, max: 100_000 }),
    judgement: fc.constantFrom(YES, NO, NOT_NOW),
    inspection: fc.constantFrom(null, anInspection(), anInspection({ current: 0, outdated: 1 })),
  });

  it('has an answer to every status, phase and time', () => {
    fc.assert(
      fc.property(anySituation, ({ rollout, service, ...rest }) => {
        expect(['wait', 'start', 'finish', 'adopt', 'settle']).toContain(move(rollout, service, rest).do);
      }),
      { numRuns: 2000 },
    );
  });

  it('starts only what is queued, and only what the judgement allows', () => {
    fc.assert(
      fc.property(anySituation, ({ rollout, service, ...rest }) => {
        const chosen = move(rollout, service, rest);
        const isAllowed = rollout.status === 'queued' && rest.judgement === YES;
        expect(chosen.do === 'start' && !isAllowed).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('finishes only a healthy service that is upgraded to our own revision', () => {
    fc.assert(
      fc.property(anySituation, ({ rollout, service, ...rest }) => {
        const chosen = move(rollout, service, rest);
        const isOurs = service.revision === rollout.revision;
        const isReady = service.phase === 'upgraded' && service.healthy && isOurs;
        expect(chosen.do === 'finish' && !isReady).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('moves nothing that has ended', () => {
    fc.assert(
      fc.property(anySituation, fc.constantFrom('finished', 'failed', 'skipped'), (situation, status) => {
        const { rollout, service, ...rest } = situation;
        expect(move({ ...rollout, status }, service, rest).do).toBe('wait');
      }),
    );
  });
});

describe('nextMoveUnseen', () => {
  const why = reason('rancher.unreachable', 'Rancher does not answer');
  const outage = { since: NOON, attempts: 3, reason: why };
  const patienceMs = 3_600_000;

  it.each<[string, Partial<Rollout>, number, string]>([
    ['queued, for less than the patience', { outage }, 3599, 'wait'],
    ['queued, for longer', { outage }, 3600, 'failed rancher.unreachable'],
    [
      'upgrading, while its own time is not up either',
      { status: 'upgrading', startedAt: NOON, outage },
      3629,
      'wait',
    ],
    [
      'upgrading, for longer',
      { status: 'upgrading', startedAt: NOON, outage },
      3630,
      'failed rancher.unreachable',
    ],
    [
      'upgrading, after earlier outages',
      { status: 'upgrading', startedAt: NOON, outage, unseenMs: 3_600_000 },
      3630,
      'failed rancher.unreachable',
    ],
    [
      'upgrading, when its time was up before anybody looked',
      { status: 'upgrading', startedAt: noonPlus(-10_000), outage },
      3599,
      'wait',
    ],
    ['awaiting confirmation, however long', { status: 'awaiting_confirmation', outage }, 1e6, 'wait'],
    ['seen', { outage: null }, 1e6, 'wait'],
  ])('%s (%#)', (_, rollout, seconds, expected) => {
    expect(outcome(nextMoveUnseen(aRollout(rollout), noonPlus(seconds), patienceMs))).toBe(expected);
  });
});

describe('needsInspection', () => {
  it.each<[string, Partial<Rollout>, Partial<Service>, boolean]>([
    ['a service that hides nothing', {}, {}, false],
    ['a service whose secrets are hidden', {}, { inspectBeforeStart: true }, true],
    ['a start whose outcome is unknown', { attempt: anAttempt() }, {}, true],
    ['a start that did not happen', { attempt: anAttempt({ open: false }) }, {}, true],
    ['a service that is upgraded already', {}, { phase: 'upgraded' }, true],
    ['a service that is busy', {}, { phase: 'changing', inspectBeforeStart: true }, false],
    ['a rollout under way', { status: 'upgrading' }, { phase: 'upgraded' }, false],
  ])('%s: %#', (_, rollout, service, expected) => {
    expect(needsInspection(aRollout(rollout), aService(service))).toBe(expected);
  });
});
