import { describe, expect, it } from '@jest/globals';
import { noonPlus } from '../../../test/fakes/records.js';
import { anInspection, aService } from '../../../test/fakes/services.js';
import { anUpgrading, aProof, aSituation, outcome } from '../../../test/fakes/situations.js';
import { reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import { PHASES, type Inspection, type Phase, type Service } from '../../domain/service.js';
import { afterFailure } from './after-failure.js';
import type { Move } from './move.js';

const END = 86_400;
const WHY = reason('rollout.timeout', 'still upgrading after 30 s');

function move(
  rollout: Partial<Rollout>,
  service: Partial<Service>,
  seconds = 60,
  inspection: Inspection | null = null,
): Move {
  const failed = { status: 'failed', reason: WHY, watchedUntil: noonPlus(END), ...rollout } as const;
  const seen = aService({ phase: 'upgraded', revision: 'ours', ...service });
  return afterFailure(aSituation({ rollout: anUpgrading(failed), service: seen, inspection }, seconds));
}

describe('afterFailure', () => {
  it.each(PHASES)('leaves what is not watched alone: %s', (phase) => {
    expect(move({ watchedUntil: null, proof: aProof(0) }, { phase })).toEqual({ do: 'wait', because: null });
  });

  it.each<[Phase, string]>([
    ['upgrading', 'wait'],
    ['changing', 'wait'],
    ['unknown', 'wait'],
    ['finishing', 'wait'],
    ['upgraded', 'wait'],
    ['idle', 'finished rollout.finished_elsewhere'],
    ['rolling_back', 'failed rollout.timeout'],
    ['cancelling', 'failed rollout.timeout'],
    ['cancelled', 'failed rollout.timeout'],
    ['stopped', 'failed rollout.timeout'],
    ['gone', 'failed rollout.timeout'],
  ])('when the service is %s: %s', (phase, expected) => {
    expect(outcome(move({}, { phase }))).toBe(expected);
  });

  it.each<[string, Partial<Rollout>, string]>([
    ['is not sound', { proof: aProof(null) }, 'wait'],
    ['bakes', { proof: aProof(50), bake: 60 }, 'wait'],
    ['is proven', { proof: aProof(50) }, 'late'],
  ])('what %s: %#', (_, rollout, expected) => {
    expect(outcome(move(rollout, {}))).toBe(expected);
  });

  it.each<[Phase, string]>([
    ['upgrading', 'rollBack rollout.timeout'],
    ['upgraded', 'rollBack rollout.timeout'],
    ['finishing', 'wait'],
    ['idle', 'finished rollout.finished_elsewhere'],
  ])('takes back what was to be rolled back and could not be seen: %s', (phase, expected) => {
    expect(outcome(move({ onFailure: 'rollback', proof: aProof(0) }, { phase }))).toBe(expected);
  });

  it('finishes nothing that nobody has confirmed', () => {
    expect(outcome(move({ confirm: false, proof: aProof(0) }, {}))).toBe('wait');
  });

  it('is watched no longer where somebody else has upgraded the service', () => {
    expect(move({ proof: aProof(0) }, { revision: 'theirs' })).toEqual({
      do: 'settle',
      status: 'failed',
      reason: WHY,
      watched: false,
    });
  });

  it.each(['rolling_back', 'idle', 'stopped'] as const)(
    'was rolled back by somebody else where the service has its old revision and is %s',
    (phase) => {
      const chosen = move({ proof: aProof(0) }, { revision: 'before', phase });

      expect(outcome(chosen)).toBe('failed rollout.rolled_back_elsewhere');
    },
  );

  it.each([
    ['only containers from before run', { current: 0, outdated: 1 }, 'failed rollout.rolled_back_elsewhere'],
    ['new ones run too', { current: 1, outdated: 1 }, 'finished rollout.finished_elsewhere'],
    ['none runs', { current: 0, outdated: 0 }, 'finished rollout.finished_elsewhere'],
  ])('takes a service that keeps our revision, where %s, for what it is: %#', (_, counts, expected) => {
    expect(outcome(move({}, { phase: 'idle' }, 60, anInspection(counts)))).toBe(expected);
  });

  it('is watched for so long', () => {
    expect(move({}, {}, END - 1).do).toBe('wait');
    expect(outcome(move({ proof: aProof(0) }, {}, END))).toBe('failed rollout.timeout');
  });
});
