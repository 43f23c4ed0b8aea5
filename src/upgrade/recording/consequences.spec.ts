import { describe, expect, it } from '@jest/globals';
import { aChannel } from '../../../test/fakes/channels.js';
import { aPlan, aRollout, anUpgrade, NOON, noonPlus } from '../../../test/fakes/records.js';
import { anUndoing } from '../../../test/fakes/situations.js';
import { isBegun } from '../../domain/activity.js';
import { reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Upgrade } from '../../domain/upgrade.js';
import { consequencesOf, meansNothing, settlementOf } from './consequences.js';
import { tallyOf } from '../summary.js';

const TELLING = { now: NOON, channels: [aChannel(), aChannel({ name: 'chat' })], newId: () => 'new' };

const UPGRADING = aRollout({ status: 'upgrading' });
const FINISHED = aRollout({ status: 'finished' });
const FAILED = aRollout({ status: 'failed', reason: reason('rollout.timeout', 'still upgrading') });
const OTHER = aRollout({ id: 'r2', status: 'upgrading' });

describe('meansNothing', () => {
  it.each<[Rollout, Rollout, boolean]>([
    [UPGRADING, UPGRADING, true],
    [aRollout(), UPGRADING, true],
    [UPGRADING, aRollout({ status: 'finishing' }), true],
    [UPGRADING, FINISHED, false],
    [UPGRADING, FAILED, false],
    [UPGRADING, aRollout({ status: 'rolling_back', undoing: anUndoing() }), false],
    [UPGRADING, aRollout({ status: 'awaiting_confirmation' }), false],
    [aRollout({ status: 'awaiting_confirmation' }), UPGRADING, false],
    [FAILED, { ...FAILED, dueAt: noonPlus(60) }, true],
    [FAILED, { ...FAILED, reminders: 1 }, false],
  ])('%#', (before, moved, expected) => {
    expect(meansNothing(before, moved)).toBe(expected);
  });
});

describe('consequencesOf', () => {
  it('are none, and the whole is not read, while others move', async () => {
    expect(await consequences(UPGRADING, [aRollout(), OTHER])).toEqual({ reads: 0 });
    expect(await consequences(FINISHED, [UPGRADING, OTHER])).toEqual({ reads: 0 });
  });

  it('are none while planning goes on', async () => {
    expect(await consequences(FINISHED, [UPGRADING], { planAt: noonPlus(5) })).toEqual({ reads: 0 });
  });

  it('are that the upgrade settles with its last rollout, and that every channel is told', async () => {
    const { upgrade, journal, outbox, reads } = await consequences(FINISHED, [UPGRADING]);

    expect(upgrade).toMatchObject({ status: 'succeeded', finishedAt: NOON });
    expect(journal).toMatchObject([{ at: NOON, rolloutId: null, status: 'succeeded' }]);
    expect(outbox).toMatchObject([
      { id: 'new', channel: 'slack', payload: { id: 'new' } },
      { id: 'new', channel: 'chat' },
    ]);
    expect(reads).toBe(1);
  });

  it('are an early word on a failure to every channel, and that they are alarmed', async () => {
    const { upgrade, outbox, reads } = await consequences(FAILED, [UPGRADING, OTHER]);

    expect(outbox).toMatchObject([{ channel: 'slack' }, { channel: 'chat' }]);
    expect(upgrade).toMatchObject({ status: 'running', alarmed: ['slack', 'chat'] });
    expect(reads).toBe(1);
  });

  it('are an early word to those alone that were told of nothing bad before', async () => {
    const { upgrade, outbox } = await consequences(FAILED, [UPGRADING, OTHER], { alarmed: ['slack', 'x'] });

    expect(outbox).toMatchObject([{ channel: 'chat' }]);
    expect(upgrade?.alarmed).toEqual(['slack', 'x', 'chat']);
  });

  it.each<[string, Rollout, Partial<Upgrade>]>([
    ['all are alarmed', FAILED, { alarmed: ['chat', 'slack'] }],
    ['no other is told of the service', { ...FAILED, notify: ['slack'] }, { alarmed: ['slack'] }],
    ['none is told of the service', { ...FAILED, notify: [] }, {}],
  ])('are none, and the whole is not read, where %s', async (_, failed, more) => {
    expect(await consequences(failed, [UPGRADING, OTHER], more)).toEqual({ reads: 0 });
  });

  it('are an early word on what is being taken back, and none on what becomes of that', async () => {
    const undone = aRollout({ status: 'rolling_back', undoing: anUndoing(), reason: FAILED.reason });
    const back = { ...undone, status: 'rolled_back' } as const;

    expect(await consequences(undone, [UPGRADING, OTHER])).toMatchObject({ outbox: [{}, {}] });
    expect(await consequences(back, [undone, OTHER])).toEqual({ reads: 0 });
  });

  it('are that those are alarmed who are told of the end, if that is bad', async () => {
    expect((await consequences(FAILED, [UPGRADING])).upgrade?.alarmed).toEqual(['slack', 'chat']);
    expect((await consequences(FINISHED, [UPGRADING])).upgrade?.alarmed).toEqual([]);
  });

  it('are that the upgrade awaits confirmation once nothing else moves, which is no end', async () => {
    const { upgrade, outbox } = await consequences(aRollout({ status: 'awaiting_confirmation' }), [
      UPGRADING,
    ]);

    expect(upgrade).toMatchObject({ status: 'awaiting_confirmation', finishedAt: null });
    expect(outbox).toHaveLength(2);
  });

  it('are a reminder, for which the whole is not read', async () => {
    const waiting = aRollout({ status: 'awaiting_confirmation' });
    const reminded = await consequences({ ...waiting, reminders: 1 }, [waiting, OTHER]);

    expect(reminded).toMatchObject({ outbox: [{}, {}], reads: 0 });
  });
});

describe('settlementOf', () => {
  it('disturbs nobody where nothing was tried', async () => {
    const { upgrade, outbox } = await settlementOf(anUpgrade({ planAt: null }), [], nothing, TELLING);

    expect(upgrade).toMatchObject({ status: 'nothing_to_do', finishedAt: NOON });
    expect(outbox).toBeUndefined();
  });

  it.each([
    ['failed', 2],
    ['finished', 0],
  ] as const)(
    'after people were told that it awaits confirmation, tells them where it has %s',
    async (status, told) => {
      const waiting = anUpgrade({ planAt: null, status: 'awaiting_confirmation' });
      const rollouts = [aRollout({ status, reason: null })];
      const whole = async () => Promise.resolve({ plans: [aPlan()], rollouts });

      const { outbox = [] } = await settlementOf(waiting, tallyOf(rollouts), whole, TELLING);

      expect(outbox).toHaveLength(told);
    },
  );
});

async function nothing() {
  return { plans: [aPlan()], rollouts: [] };
}

/** Of a step of the first of these rollouts, and how often the whole was read for it. */
async function consequences(
  moved: Rollout,
  rollouts: readonly [Rollout, ...Rollout[]],
  more: Partial<Upgrade> = {},
) {
  const upgrade = anUpgrade({ planAt: null, ...more });
  const stored = { upgrade, pending: [], tally: tallyOf(rollouts), begun: rollouts.filter(isBegun).length };
  let reads = 0;
  const find = async () => {
    reads += 1;
    return { upgrade, plans: [aPlan()], rollouts };
  };
  return { ...(await consequencesOf([rollouts[0], moved], stored, find, TELLING)), reads };
}
