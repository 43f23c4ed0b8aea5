import { describe, expect, it } from '@jest/globals';
import { aRollout, NOON } from '../../../test/fakes/records.js';
import { aContainer, anInspection, aService } from '../../../test/fakes/services.js';
import {
  anAttempt,
  aSituation,
  NEW,
  OLD,
  outcome,
  referenceOf,
  YES,
} from '../../../test/fakes/situations.js';
import { reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Inspection, Service } from '../../domain/service.js';
import { BUSY_PATIENCE_MS } from '../judging/judge.js';
import type { Judgement } from '../judging/judgement.js';
import { MAX_ATTEMPTS, UNCERTAIN_MS, whileQueued } from './while-queued.js';
import type { Move } from './move.js';

const PATIENCE = BUSY_PATIENCE_MS / 1000;
const BUSY = reason('service.busy', 'the service is restarting and cannot be upgraded now');
const NOT_NOW: Judgement = { upgrade: false, reason: BUSY, passing: true };
const NO: Judgement = { upgrade: false, reason: reason('label.off', 'not opted in'), passing: false };

interface Given {
  readonly rollout?: Partial<Rollout>;
  readonly service?: Partial<Service>;
  readonly inspection?: Inspection | null;
  readonly judgement?: Judgement;
  readonly seconds?: number;
}

function move({ rollout, service, inspection = null, judgement = YES, seconds = 1 }: Given): Move {
  const situation = {
    rollout: aRollout(rollout),
    service: aService(service),
    inspection,
    judge: () => judgement,
  };
  return whileQueued(aSituation(situation, seconds));
}

describe('whileQueued', () => {
  it('starts a service that may be upgraded, noting what is there', () => {
    expect(move({})).toEqual({
      do: 'start',
      service: aService(),
      to: referenceOf(NEW),
      before: { revision: 'before', image: OLD, last: null },
    });
  });

  describe('where Rancher has stored the new version without starting it', () => {
    const stored = { image: NEW, revision: 'stored' };
    const onlyOld = anInspection({ current: 0, outdated: 1 });
    const given = { service: stored, inspection: onlyOld, seconds: 100 };
    const attempt = anAttempt({ open: false });

    it('starts again, where a failure is left as it is', () => {
      expect(move({ ...given, rollout: { attempt } })).toMatchObject({ do: 'start', before: { image: OLD } });
    });

    it('deploys the old version anew first, where a failure is rolled back', () => {
      const rollout = { attempt, onFailure: 'rollback' } as const;

      expect(move({ ...given, rollout })).toMatchObject({ do: 'restore', image: OLD });
    });

    it('finishes that when it is sound, and starts then', () => {
      const rollout = {
        attempt: anAttempt({ open: false, restoring: true }),
        onFailure: 'rollback',
      } as const;
      const restored = { image: OLD, revision: 'restored' };
      const upgraded = { ...restored, phase: 'upgraded' } as const;
      const sound = anInspection({ containers: [aContainer({ revision: 'restored' })] });
      const unsound = anInspection({ containers: [aContainer({ revision: 'restored', sound: false })] });
      const judgement = NOT_NOW;

      expect(move({ rollout, service: upgraded, inspection: unsound, judgement })).toMatchObject({
        do: 'wait',
      });
      expect(move({ rollout, service: upgraded, inspection: sound, judgement })).toMatchObject({
        do: 'clear',
        by: 'finish',
      });
      expect(move({ rollout, service: restored, inspection: anInspection() })).toMatchObject({ do: 'start' });
      const late = { rollout: { ...rollout, busySince: NOON }, service: upgraded, judgement };
      expect(outcome(move({ ...late, inspection: unsound, seconds: PATIENCE }))).toBe('skipped service.busy');
    });
  });

  describe('where nobody knows what came of a start', () => {
    const rollout = { attempt: anAttempt({ last: 'last' }) };

    it.each<[string, Service['lastUpgrade'], string]>([
      [
        'it was taken, and somebody has rolled it back',
        { revision: 'new', image: NEW },
        'failed rollout.rolled_back_elsewhere',
      ],
      ['the last upgrade is that of before', { revision: 'last', image: NEW }, 'wait'],
      ['somebody else has upgraded and rolled back', { revision: 'new', image: 'acme/web:9' }, 'wait'],
      ['the last upgrade is not known', null, 'wait'],
    ])('%s', (_, lastUpgrade, expected) => {
      expect(outcome(move({ rollout, service: { lastUpgrade } }))).toBe(expected);
    });
  });

  it('notes the last upgrade that the service has had, to tell it from its own', () => {
    const lastUpgrade = { revision: 'last', image: OLD };

    expect(move({ service: { lastUpgrade } })).toMatchObject({ before: { last: 'last' } });
  });

  it('is total: what may be upgraded may have no image', () => {
    expect(move({ service: { image: null } })).toMatchObject({ before: { image: '' } });
  });

  it('waits while the service is in a state that passes, and says why', () => {
    const given = {
      rollout: { busySince: NOON },
      service: { phase: 'changing' },
      judgement: NOT_NOW,
    } as const;

    expect(move(given)).toEqual({ do: 'wait', because: BUSY });
    expect(move({ ...given, rollout: {}, seconds: 1e6 })).toEqual({ do: 'wait', because: BUSY });
  });

  it('gives a passing state up after ten minutes', () => {
    const given = {
      rollout: { busySince: NOON },
      service: { phase: 'changing' },
      judgement: NOT_NOW,
    } as const;

    expect(outcome(move({ ...given, seconds: PATIENCE - 1 }))).toBe('wait');
    expect(outcome(move({ ...given, seconds: PATIENCE }))).toBe('skipped service.busy');
  });

  it('skips a service that may not be upgraded after all', () => {
    expect(outcome(move({ judgement: NO }))).toBe('skipped label.off');
  });

  it('stops asking after so many refusals', () => {
    const attempt = anAttempt({ open: false, count: MAX_ATTEMPTS });

    expect(outcome(move({ rollout: { attempt: { ...attempt, count: MAX_ATTEMPTS - 1 } } }))).toBe('start');
    expect(move({ rollout: { attempt } })).toMatchObject({
      status: 'failed',
      reason: { code: 'rollout.refused', message: 'Rancher did not take the upgrade in 5 tries' },
    });
  });

  it('gives up with the last that Rancher said', () => {
    const attempt = anAttempt({ open: false, count: MAX_ATTEMPTS });
    const rollout = { attempt, reason: reason('rancher.error', 'Rancher answers 409 (Conflict)') };

    expect(move({ rollout })).toMatchObject({
      reason: { message: 'Rancher did not take the upgrade in 5 tries: Rancher answers 409 (Conflict)' },
    });
  });

  describe('on what was left over from before', () => {
    const because = reason('service.awaiting_confirmation', 'the service is still upgraded from before');
    const LEFT: Judgement = { upgrade: false, reason: because, passing: true };
    const sound = aContainer({ revision: 'left' });
    const sick = { ...sound, id: '1i2', sound: false };
    const other = aContainer({ revision: 'older', sound: false });

    function found(leftover: Rollout['leftover'], more: Given = {}): string {
      const service = { phase: 'upgraded', revision: 'left', ...more.service } as const;
      return outcome(move({ judgement: LEFT, ...more, rollout: { leftover, ...more.rollout }, service }));
    }

    it.each<[Rollout['leftover'], string, Given, string]>([
      ['refuse', 'waits for it', containers(sound), 'wait'],
      ['rollback', 'rolls it back, sound or not', containers(sick), 'clear rollback'],
      ['rollback', 'rolls back what was cancelled', { service: { phase: 'cancelled' } }, 'clear rollback'],
      ['finish', 'finishes what is sound', containers(sound, other), 'clear finish'],
      ['finish', 'waits for what is not', containers(sound, sick), 'wait'],
      ['finish', 'waits for what has no containers', containers(other), 'wait'],
      ['finish', 'waits for what it has not looked into', {}, 'wait'],
      ['finish', 'finishes what is to have none', { service: { scale: 0 } }, 'clear finish'],
      ['finish', 'rolls back what was cancelled', { service: { phase: 'cancelled' } }, 'clear rollback'],
      ['finish', 'never clears what still moves', { service: { phase: 'upgrading' } }, 'wait'],
      ['rollback', 'never clears what still moves', { service: { phase: 'upgrading' } }, 'wait'],
      ['rollback', 'never clears what is not for it', { judgement: NO }, 'skipped label.off'],
      ['rollback', 'clears what is cancelled and called busy', { judgement: NOT_NOW }, 'clear rollback'],
    ])('%s: %s (%#)', (leftover, _, given, expected) => {
      expect(found(leftover, given)).toBe(expected);
    });

    it('says why, and on which service', () => {
      const service = aService({ phase: 'upgraded', revision: 'left' });

      const chosen = move({ rollout: { leftover: 'rollback' }, service, judgement: LEFT });

      expect(chosen).toEqual({ do: 'clear', by: 'rollback', because, service });
    });

    it('gives up what Rancher does not clear away in ten minutes', () => {
      const given = { rollout: { busySince: NOON } };

      expect(found('rollback', { ...given, seconds: PATIENCE - 1 })).toBe('clear rollback');
      expect(found('rollback', { ...given, seconds: PATIENCE })).toBe(
        'skipped service.awaiting_confirmation',
      );
    });

    it('gives up what does not become sound in ten minutes', () => {
      const given = { rollout: { busySince: NOON }, ...containers(sick) };

      expect(found('finish', { ...given, seconds: PATIENCE - 1 })).toBe('wait');
      expect(found('finish', { ...given, seconds: PATIENCE })).toBe('skipped service.awaiting_confirmation');
    });
  });

  describe('after a start of which nobody knows what came', () => {
    const rollout = { attempt: anAttempt() };
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
      expect(outcome(move({ rollout, service, inspection, seconds }))).toBe(expected);
    });

    it('knows an image of Docker Hub again, with and without its folder', () => {
      const hub = { ...rollout, to: 'library/web:2' };
      const service = { ...ours, phase: 'upgrading', image: 'web:2' } as const;

      expect(outcome(move({ rollout: hub, service }))).toBe('adopt');
    });

    it.each<[string, Partial<Service>]>([
      ['tag', { image: 'registry.acme.io/shop/web:3.0.0' }],
      ['digest', { image: `${NEW}@sha256:${'a'.repeat(64)}` }],
      ['name', { image: 'registry.acme.io/shop/worker:2.1.0' }],
      ['folder', { image: 'registry.acme.io/other/web:2.1.0' }],
      ['image that nobody can read', { image: '!!!' }],
      ['missing image', { image: null }],
    ])('does not adopt the upgrade of somebody else, known by another %s', (_, service) => {
      const theirs = { revision: 'theirs', phase: 'upgrading', ...service } as const;

      expect(outcome(move({ rollout, service: theirs, judgement: NOT_NOW }))).toBe('wait');
    });

    it('judges a service that has only the new image stored by the image its containers run', () => {
      const judged: (string | null)[] = [];
      const situation = aSituation(
        {
          rollout: aRollout(rollout),
          service: aService(ours),
          inspection: anInspection({ current: 0, outdated: 2 }),
          judge: ({ image }) => {
            judged.push(image);
            return YES;
          },
        },
        late,
      );

      const chosen = whileQueued(situation);

      expect(judged).toEqual([OLD]);
      expect(chosen).toMatchObject({ do: 'start', before: { revision: 'new', image: OLD } });
    });

    it('leaves a service that has been removed', () => {
      const gone = { upgrade: false, reason: reason('service.removed', 'removed'), passing: false } as const;

      expect(outcome(move({ rollout, service: { phase: 'gone' }, judgement: gone }))).toBe(
        'skipped service.removed',
      );
    });
  });
});

function containers(...all: Inspection['containers']): Pick<Given, 'inspection'> {
  return { inspection: anInspection({ containers: all }) };
}
