import { describe, expect, it } from '@jest/globals';
import { aContainer, anInspection, aService } from '../../../test/fakes/services.js';
import { anUndoing, anUpgrading, aSituation, outcome } from '../../../test/fakes/situations.js';
import type { Rollout, Undoing } from '../../domain/rollout.js';
import type { Container, Phase, Service } from '../../domain/service.js';
import type { Move } from './move.js';
import { rollbackMs, whileRollingBack } from './while-rolling-back.js';

const old = aContainer({ id: 'old', revision: 'before' });
const ours = aContainer({ id: 'new', revision: 'ours' });
const side = aContainer({ id: 'side', revision: 'of the sidekick' });
const MOVING = { from: 'registry.acme.io/shop/web:latest' };

interface Given {
  readonly rollout?: Partial<Rollout>;
  readonly service?: Partial<Service>;
  readonly undoing?: Partial<Undoing>;
  readonly containers?: readonly Container[] | null;
  readonly seconds?: number;
}

function move({ rollout, service, undoing, containers = [old], seconds = 1 }: Given): Move {
  const undone = anUndoing(undoing);
  const situation = aSituation(
    {
      rollout: anUpgrading({ status: 'rolling_back', undoing: undone, ...rollout }),
      service: aService(service),
      inspection: containers && anInspection({ containers }),
    },
    seconds,
  );
  return whileRollingBack(situation, undone);
}

describe('whileRollingBack', () => {
  it.each<[Phase, string, string]>([
    ['upgrading', 'ours', 'rollBack rollout.timeout'],
    ['upgraded', 'ours', 'rollBack rollout.timeout'],
    ['cancelled', 'ours', 'rollBack rollout.timeout'],
    ['upgrading', 'theirs', 'failed rollout.overtaken'],
    ['upgraded', 'theirs', 'failed rollout.overtaken'],
    ['upgraded', 'before', 'failed rollout.overtaken'],
    ['cancelled', 'theirs', 'failed rollout.overtaken'],
    ['changing', 'ours', 'wait'],
    ['finishing', 'ours', 'wait'],
    ['rolling_back', 'ours', 'wait'],
    ['rolling_back', 'before', 'wait'],
    ['cancelling', 'ours', 'wait'],
    ['unknown', 'ours', 'wait'],
    ['gone', 'ours', 'rollback_failed rollout.not_rolled_back'],
    ['idle', 'ours', 'rollback_failed rollout.not_rolled_back'],
    ['stopped', 'ours', 'rollback_failed rollout.not_rolled_back'],
    ['idle', 'before', 'rolled_back rollout.timeout'],
    ['stopped', 'before', 'rolled_back rollout.timeout'],
    ['idle', 'theirs', 'failed rollout.overtaken'],
    ['stopped', 'theirs', 'failed rollout.overtaken'],
  ])('when the service is %s with the revision %s: %s', (phase, revision, expected) => {
    expect(outcome(move({ service: { phase, revision } }))).toBe(expected);
  });

  it('asks for it with the first reason again', () => {
    const service = { phase: 'upgraded', revision: 'ours' } as const;

    expect(move({ service })).toEqual({
      do: 'rollBack',
      because: anUndoing().because,
      service: aService(service),
    });
  });

  it('ends as what it was begun for', () => {
    expect(outcome(move({ undoing: { as: 'cancelled' } }))).toBe('cancelled rollout.timeout');
  });

  it('names the image that somebody else has put in, or that there is none', () => {
    const messages = ['acme/web:9', null].map((image) => move({ service: { revision: 'theirs', image } }));

    expect(messages).toMatchObject([
      { reason: { message: expect.stringContaining('acme/web:9') } },
      { reason: { message: expect.stringContaining('no image') } },
    ]);
  });

  it.each([
    [true, 'Rancher took the rollback and kept the new version'],
    [false, 'somebody has finished the upgrade, or Rancher kept the new version'],
  ])('says why the new version is still there, where Rancher took the rollback: %s', (accepted, message) => {
    expect(move({ service: { revision: 'ours' }, undoing: { accepted } })).toMatchObject({
      reason: { message },
    });
  });

  describe('verifying what then runs', () => {
    it.each<[string, Given, string]>([
      ['the container from before', {}, 'rolled_back rollout.timeout'],
      [
        'a fresh container of the version before',
        { containers: [{ ...old, id: 'fresh' }] },
        'rolled_back rollout.timeout',
      ],
      ['also a sidekick', { containers: [old, side] }, 'rolled_back rollout.timeout'],
      ['nothing looked at', { containers: null }, 'wait'],
      ['a container of ours still', { containers: [old, ours] }, 'wait'],
      [
        'a container of ours that has stopped',
        { containers: [old, { ...ours, running: false }] },
        'rolled_back rollout.timeout',
      ],
      ['nothing yet', { containers: [{ ...old, running: false }] }, 'wait'],
      ['nothing, as it is scaled', { containers: [], service: { scale: 0 } }, 'rolled_back rollout.timeout'],
      [
        'nothing, as it is stopped',
        { containers: [], service: { phase: 'stopped' } },
        'rolled_back rollout.timeout',
      ],
      ['the very container, behind a moving tag', { rollout: MOVING }, 'rolled_back rollout.timeout'],
      [
        'a sidekick that is new, behind a moving tag',
        { rollout: MOVING, containers: [old, side] },
        'rolled_back rollout.timeout',
      ],
      [
        'a fresh container behind a moving tag',
        { rollout: MOVING, containers: [old, { ...old, id: 'fresh' }] },
        'rollback_failed rollout.not_rolled_back',
      ],
    ])('%s: %#', (_, given, expected) => {
      expect(outcome(move(given))).toBe(expected);
    });

    it('says of a fresh container behind a moving tag that nobody knows what it runs', () => {
      expect(move({ rollout: MOVING, containers: [{ ...old, id: 'fresh' }] })).toMatchObject({
        reason: { message: expect.stringContaining('whatever its tag names now') },
      });
    });

    it('does not verify what was there before by a start that nobody has noted', () => {
      expect(outcome(move({ rollout: { attempt: null }, service: { revision: 'before' } }))).toBe(
        'failed rollout.overtaken',
      );
    });
  });

  it.each<[string, Partial<Service>, readonly Container[]]>([
    ['is not taken', { phase: 'upgraded', revision: 'ours' }, [ours]],
    ['goes on', { phase: 'rolling_back', revision: 'before' }, [old]],
    ['leaves our containers', { phase: 'idle', revision: 'before' }, [old, ours]],
  ])('gives up what %s when its time is over', (_, service, containers) => {
    const before = move({ service, containers, seconds: 299.999 });
    const after = move({ service, containers, seconds: 300 });

    expect(before.do).not.toBe('settle');
    expect(outcome(after)).toBe('rollback_failed rollout.not_rolled_back');
  });

  it('says what the service is doing, why it was rolled back, and what Rancher says', () => {
    const service = { phase: 'rolling_back', state: 'rolling-back', detail: 'no host' } as const;

    expect(move({ service, seconds: 300 })).toMatchObject({
      reason: {
        message:
          'still rolling-back 300 s after the rollback was asked for, because: still upgrading after 30 s; Rancher says: no host',
      },
    });
    expect(move({ service: { ...service, detail: null }, seconds: 300 })).toMatchObject({
      reason: { message: expect.stringMatching(/after 30 s$/) },
    });
  });
});

describe('rollbackMs', () => {
  it.each<[string, Partial<Rollout>, number]>([
    ['at least five minutes', { timeout: 30 }, 300],
    ['as long as the service has', { timeout: 900 }, 900],
    ['without the time in which it could not be seen', { timeout: 30, unseenMs: 7000 }, 307],
  ])('is %s', (_, rollout, seconds) => {
    expect(rollbackMs(anUpgrading(rollout))).toBe(seconds * 1000);
  });
});
