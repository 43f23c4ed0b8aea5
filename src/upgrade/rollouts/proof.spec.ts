import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NOON, noonPlus } from '../../../test/fakes/records.js';
import { aContainer, anInspection } from '../../../test/fakes/services.js';
import { aProof, anUpgrading } from '../../../test/fakes/situations.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Container } from '../../domain/service.js';
import { CRASH_WINDOW_MS, crashing, isProven, proven } from './proof.js';

const WINDOW = CRASH_WINDOW_MS / 1000;

const sound = ours();
const sick = ours({ id: '1i2', sound: false, running: false });

describe('proven', () => {
  it.each<[string, readonly Container[], number | null, boolean]>([
    ['all its containers are sound', [sound, ours({ id: '1i2' })], 2, true],
    ['one of its containers is not', [sound, sick], 2, false],
    ['there are none of it', [], 1, false],
    ['there are none, and nobody knows how many there are to be', [], null, false],
    ['there are none, and none is wanted', [], 0, true],
    ['only containers of another revision are sound', [{ ...sound, revision: 'before' }], 1, false],
    ['only containers of another revision are not', [sound, { ...sick, revision: 'side' }], 1, true],
  ])('when %s: %#', (_, containers, scale, isSound) => {
    const { proof } = proven(
      anUpgrading(),
      { phase: 'upgraded', scale },
      anInspection({ containers }),
      noonPlus(9),
    );

    expect(proof).toMatchObject({ inspectedAt: noonPlus(9), soundSince: isSound ? noonPlus(9) : null });
  });

  it('remembers since when, as long as it is so', () => {
    const first = looked(anUpgrading(), 5, sound);
    const second = looked(first, 9, sound);

    expect(second).toMatchObject({
      proof: { inspectedAt: noonPlus(9), soundSince: noonPlus(5) },
      bakedMs: 0,
    });
  });

  it.each([
    ['was started again', ours({ starts: 2 })],
    ['is another', ours({ id: '1i9' })],
  ])('begins anew where a container %s since it was seen last', (_, container) => {
    const first = looked(anUpgrading({ bake: 60 }), 5, sound);
    const second = looked(first, 9, container);

    expect(second).toMatchObject({ proof: { soundSince: noonPlus(9) }, bakedMs: 4000 });
  });

  it('gives the time back for which it was sound in vain', () => {
    const first = looked(anUpgrading({ bakedMs: 1000, bake: 60 }), 5, sound);
    const sickAgain = looked(first, 9, { ...sound, sound: false });
    const later = looked(sickAgain, 12, { ...sound, sound: false });

    expect(sickAgain).toMatchObject({ proof: { soundSince: null }, bakedMs: 5000 });
    expect(later.bakedMs).toBe(5000);
  });

  it('keeps no more of what was counted than the crash rule needs', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ pause: fc.nat(200), more: fc.nat(2) })), (looks) => {
        const end = looks.reduce(
          ({ rollout, seconds, starts }, { pause, more }) => ({
            rollout: looked(rollout, seconds + pause, ours({ starts: starts + more })),
            seconds: seconds + pause,
            starts: starts + more,
          }),
          { rollout: anUpgrading(), seconds: 0, starts: 1 },
        );

        const counted = end.rollout.proof?.starts ?? [];
        const isOld = ({ at }: { readonly at: Date }) => noonPlus(end.seconds - WINDOW) >= at;
        expect(counted.filter(isOld).length).toBeLessThanOrEqual(1);
        expect(counted.map(({ count }) => count)).toEqual([...new Set(counted.map(({ count }) => count))]);
      }),
    );
  });

  it('gives back no more than it was to bake: it may have waited for somebody since', () => {
    const awaiting = anUpgrading({ proof: aProof(5), bake: 60 });

    expect(looked(awaiting, 9000, { ...sound, sound: false }).bakedMs).toBe(60_000);
    expect(looked({ ...awaiting, bake: 0 }, 9000, { ...sound, sound: false }).bakedMs).toBe(0);
  });

  it('is nothing while the service is upgrading: more containers are to come', () => {
    const upgrading = { phase: 'upgrading', scale: 2 } as const;

    const early = proven(anUpgrading(), upgrading, anInspection({ containers: [sound] }), noonPlus(5));

    expect(early.proof).toMatchObject({ soundSince: null, starts: [{ container: '1i1' }] });
    expect(looked(early, 90, sound)).toMatchObject({ proof: { soundSince: noonPlus(90) }, bakedMs: 0 });
  });

  it('forgets containers that are gone', () => {
    const first = looked(anUpgrading(), 5, sound);
    const second = looked(first, 9, ours({ id: '1i9' }));

    expect(second.proof?.starts.map(({ container }) => container)).toEqual(['1i9']);
  });
});

describe('isProven', () => {
  it.each<[string, Partial<Rollout>, number, boolean]>([
    ['nobody has looked', { proof: null }, 1e6, false],
    ['it is not sound', { proof: aProof(null) }, 1e6, false],
    ['it is sound and need not bake', { proof: aProof(5) }, 5, true],
    ['it has not baked to the end', { proof: aProof(5), bake: 60 }, 64, false],
    ['it has', { proof: aProof(5), bake: 60 }, 65, true],
  ])('when %s: %#', (_, rollout, seconds, expected) => {
    expect(isProven(anUpgrading(rollout), noonPlus(seconds))).toBe(expected);
  });
});

describe('crashing', () => {
  it.each<[string, readonly (readonly [seconds: number, starts: number])[], boolean]>([
    [
      'is started once',
      [
        [1, 1],
        [60, 1],
      ],
      false,
    ],
    [
      'is started two more times',
      [
        [1, 1],
        [60, 3],
      ],
      false,
    ],
    [
      'is started three more times',
      [
        [1, 1],
        [60, 4],
      ],
      true,
    ],
    ['has crashed before anybody looked', [[60, 4]], true],
    [
      'is started three more times, but slowly',
      [
        [1, 1],
        [70, 2],
        [140, 3],
        [210, 4],
      ],
      false,
    ],
    [
      'is started three more times at the edge of the window',
      [
        [10, 1],
        [69, 2],
        [100, 3],
        [129, 4],
      ],
      true,
    ],
    [
      'crashes after it has run for long',
      [
        [1, 1],
        [1000, 1],
        [1060, 4],
      ],
      true,
    ],
    ['had been started often when it was looked at first, after the window', [[500, 9]], false],
    [
      'and then crashes',
      [
        [500, 9],
        [560, 12],
      ],
      true,
    ],
  ])('a container that %s: %#', (_, looks, expected) => {
    const chosen = looks.map(([seconds, starts]) => [seconds, ours({ starts })] as const);
    const [last = 0, container = sound] = chosen.at(-1) ?? [];
    const rollout = chosen.reduce((one, [seconds, seen]) => looked(one, seconds, seen), anUpgrading());

    const found = crashing(rollout, anInspection({ containers: [container] }), noonPlus(last));

    expect(found).toBe(expected ? container : null);
  });

  it('does not count what a start of which nobody knows when it was has done before', () => {
    const rollout = looked(anUpgrading({ startedAt: null }), 1, ours({ starts: 7 }));

    expect(crashing(rollout, anInspection({ containers: [ours({ starts: 9 })] }), noonPlus(2))).toBeNull();
    expect(
      crashing(rollout, anInspection({ containers: [ours({ starts: 10 })] }), noonPlus(2)),
    ).not.toBeNull();
  });

  it('knows nothing of containers of others, nor of one that was not counted', () => {
    const theirs = ours({ revision: 'before', starts: 99 });
    const rollout = looked(anUpgrading(), 1, theirs);

    expect(crashing(rollout, anInspection({ containers: [theirs] }), noonPlus(2))).toBeNull();
    expect(crashing(anUpgrading(), anInspection({ containers: [ours({ starts: 99 })] }), NOON)).toBeNull();
  });

  it('takes a container that was never started for a new one', () => {
    const rollout = looked(anUpgrading(), 1, ours({ starts: 0, running: false, sound: false }));

    expect(rollout.proof?.starts).toEqual([{ container: '1i1', count: 0, at: NOON }]);
  });
});

function ours(overrides: Partial<Container> = {}): Container {
  return aContainer({ revision: 'ours', ...overrides });
}

function looked(rollout: Rollout, seconds: number, ...containers: readonly Container[]): Rollout {
  return proven(rollout, { phase: 'upgraded', scale: 1 }, anInspection({ containers }), noonPlus(seconds));
}
