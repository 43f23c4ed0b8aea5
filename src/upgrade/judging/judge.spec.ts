import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aHold } from '../../../test/fakes/kept.js';
import { NOON, noonPlus } from '../../../test/fakes/records.js';
import { aService, anInspection } from '../../../test/fakes/services.js';
import { formatImageReference, parseImageReference } from '../../domain/image-reference.js';
import { isBlocking, reason } from '../../domain/reasons.js';
import type { Hold, Leftover } from '../../domain/rollout.js';
import { PHASES, type Inspection, type Service, type Sidekick } from '../../domain/service.js';
import { BUSY_PATIENCE_MS, judge, recreatedSidekicks, runningImage } from './judge.js';
import type { Judgement, Rules } from './judgement.js';
import { POLICIES } from '../policies/register.js';
import { VersionPolicy } from '../policies/version-policy.js';

const WEB = 'registry.acme.io/shop/web';
const OPT_IN = { 'autoupdate.enable': 'true' };
const TEN_MINUTES = BUSY_PATIENCE_MS / 1000;

const policy = new VersionPolicy(POLICIES.map((Kind) => new Kind()));
const RULES: Rules = {
  enableLabels: ['autoupdate.enable', 'autoupdate.enabled'],
  judgeVersion: (labels, running, published) => policy.judge(labels, running, published),
};

interface Asking {
  readonly published?: string;
  readonly startFirst?: boolean;
  readonly inspection?: Inspection | null;
  readonly leftover?: Leftover;
  readonly holds?: readonly Hold[];
  readonly ignoreHold?: boolean;
  readonly awaitsOurs?: boolean;
}

function judged(service: Partial<Service>, asking: Asking = {}): Judgement {
  const { published = `${WEB}:2.1.0`, inspection = null, holds = [], awaitsOurs = false, ...wanted } = asking;
  const usual = { startFirst: false, leftover: 'refuse', ignoreHold: false } as const;
  const seen = { service: aService(service), inspection, holds, awaitsOurs, now: NOON };
  return judge(seen, { ...usual, ...wanted, published: reference(published) }, RULES);
}

function reference(text: string) {
  const parsed = parseImageReference(text);
  if (parsed.ok) return parsed.reference;
  throw new Error(parsed.problem);
}

/** "yes …", "code", or "code passing". */
function answer(judgement: Judgement): string {
  if (judgement.upgrade) return `yes ${formatImageReference(judgement.to)}`;
  return judgement.reason.code + (judgement.passing ? ' passing' : '');
}

function aSidekick(overrides: Partial<Sidekick> = {}): Sidekick {
  return { name: 'proxy', image: `${WEB}:2.0.4`, recreated: false, ...overrides };
}

describe('judge', () => {
  it.each<[string, Partial<Service>, Asking, string]>([
    ['an older version', {}, {}, `yes ${WEB}:2.1.0`],
    [
      'a digest',
      {},
      { published: `${WEB}:2.1.0@sha256:${'a'.repeat(64)}` },
      `yes ${WEB}:2.1.0@sha256:${'a'.repeat(64)}`,
    ],
    ['a tag that is not spelled out', { image: WEB }, { published: WEB }, `yes ${WEB}:latest`],
    [
      'its own spelling',
      { image: 'docker.io/library/web:1' },
      { published: 'web:2' },
      'yes docker.io/library/web:2',
    ],
    ['no registry', { image: 'web:1' }, { published: 'index.docker.io/library/web:2' }, 'yes web:2'],
  ])('upgrades a service that runs the repository with %s', (_, service, asking, expected) => {
    expect(answer(judged(service, asking))).toBe(expected);
  });

  it.each<[string, Partial<Service>, Asking, string]>([
    ['the other repository', { image: 'registry.acme.io/shop/api:1' }, {}, 'service.other_image'],
    ['another registry', { image: 'shop/web:1' }, {}, 'service.other_image'],
    ['only a sidekick', { image: 'acme/api:1', sidekicks: [aSidekick()] }, {}, 'service.sidekick'],
    ['no image', { image: null }, {}, 'service.unsupported'],
    ['an image nobody can read', { image: '!!!' }, {}, 'service.unsupported'],
    ['no label', { labels: {} }, {}, 'label.off'],
    ['a label that says no', { labels: { 'autoupdate.enable': 'false' } }, {}, 'label.off'],
    ['the version already', { image: `${WEB}:2.1.0` }, {}, 'version.not_newer'],
    ['a newer version', { image: `${WEB}:2.2.0` }, {}, 'version.not_newer'],
    ['a moving tag', { image: `${WEB}:main` }, {}, 'version.not_comparable'],
    ['another flavour', { image: `${WEB}:2.0.4-alpine` }, {}, 'version.other_flavour'],
    ['a release', {}, { published: `${WEB}:2.1.0-rc1` }, 'version.prerelease'],
    ['a policy against it', { labels: { ...OPT_IN, 'autoupdate.policy': 'patch' } }, {}, 'policy.refused'],
    ['a policy against all', { labels: { ...OPT_IN, 'autoupdate.policy': 'never' } }, {}, 'policy.never'],
    ['an unreadable policy', { labels: { ...OPT_IN, 'autoupdate.policy': 'x' } }, {}, 'policy.invalid'],
    ['a bad bake time', { labels: { ...OPT_IN, 'autoupdate.bake': 'soon' } }, {}, 'label.invalid'],
    ['a bad timeout', { labels: { ...OPT_IN, 'autoupdate.timeout': 'soon' } }, {}, 'label.invalid'],
    ['a removed service', { phase: 'gone' }, {}, 'service.removed'],
    ['a service that Rancher no longer knows', { phase: 'gone', image: null }, {}, 'service.removed'],
    ['a stopped service', { phase: 'stopped', state: 'inactive' }, {}, 'service.inactive'],
    ['a retained address', { canStartFirst: false }, { startFirst: true }, 'service.start_first_unsupported'],
    ['a refusal of its backend', { blocked: reason('service.read_only', '-') }, {}, 'service.read_only'],
    ['a service of Rancher', { blocked: reason('service.system', '-') }, {}, 'service.system'],
    ['a container that forbids it', {}, { inspection: blockedBy('secrets.hidden') }, 'secrets.hidden'],
    ['the updater itself', {}, { inspection: blockedBy('service.self') }, 'service.self'],
  ])('leaves a service with %s', (_, service, asking, expected) => {
    expect(answer(judged(service, asking))).toBe(expected);
  });

  it.each<[string, string, string, string]>([
    ['is held back', ':2.1.0', ':2.1.0', 'held_back'],
    ['is held back, in another spelling', ':2.1.0', '/:2.1.0', 'held_back'],
    ['is another than the one that is', ':2.1.0', ':2.1.1', `yes ${WEB}:2.1.0`],
    [
      'is a digest of it',
      `:2.1.0@sha256:${'a'.repeat(64)}`,
      ':2.1.0',
      `yes ${WEB}:2.1.0@sha256:${'a'.repeat(64)}`,
    ],
    ['is that digest', `:2.1.0@sha256:${'a'.repeat(64)}`, `:2.1.0@sha256:${'a'.repeat(64)}`, 'held_back'],
    ['stands against a hold that nobody can read', ':2.1.0', '!!!', `yes ${WEB}:2.1.0`],
  ])('offers a version that %s or does not: %#', (_, version, held, expected) => {
    const image = held.startsWith('/') ? `mirror.io/shop/web${held.slice(1)}` : `${WEB}${held}`;
    const holds = [aHold({ image })];

    expect(answer(judged({}, { published: `${WEB}${version}`, holds }))).toBe(expected);
  });

  it('says since when a version is held back, and by which upgrade', () => {
    expect(judged({}, { holds: [aHold({ since: NOON, upgradeId: 'u7' })] })).toMatchObject({
      reason: { message: expect.stringMatching(/2026-03-02T12:00:00.000Z by the upgrade u7/) },
    });
  });

  it('offers what is held back to who asks for it all the same, and overrides nothing else', () => {
    const asking = { holds: [aHold()], ignoreHold: true };

    expect(answer(judged({}, asking))).toBe(`yes ${WEB}:2.1.0`);
    expect(answer(judged({ phase: 'stopped' }, asking))).toBe('service.inactive');
    expect(answer(judged({ labels: {} }, asking))).toBe('label.off');
  });

  it('lets labels choose: prereleases, and any version', () => {
    const prerelease = { labels: { ...OPT_IN, 'autoupdate.prerelease': 'true' } };
    const force = { labels: { ...OPT_IN, 'autoupdate.policy': 'force' }, image: `${WEB}:3.0.0` };

    expect(answer(judged(prerelease, { published: `${WEB}:2.1.0-rc1` }))).toBe(`yes ${WEB}:2.1.0-rc1`);
    expect(answer(judged(force))).toBe(`yes ${WEB}:2.1.0`);
  });

  it('lets a service with a retained address be upgraded without starting first', () => {
    expect(answer(judged({ canStartFirst: false }))).toBe(`yes ${WEB}:2.1.0`);
  });

  describe('where several things speak against it', () => {
    const IN_ORDER: readonly [string, Partial<Service>][] = [
      ['label.off', { labels: {} }],
      ['service.system', { blocked: reason('service.system', '-') }],
      ['version.not_newer', { image: `${WEB}:2.1.0` }],
      ['label.invalid', { labels: { ...OPT_IN, 'autoupdate.timeout': 'soon' } }],
      ['service.inactive', { phase: 'stopped' }],
      ['service.start_first_unsupported', { canStartFirst: false }],
      ['service.read_only', { blocked: reason('service.read_only', '-') }],
    ];

    it.each(IN_ORDER.map(([code], index) => [code, index] as const))(
      'names %s before what follows',
      (code, index) => {
        const all = Object.assign(
          {},
          ...IN_ORDER.slice(index)
            .toReversed()
            .map(([, service]) => service),
        );

        const judgement = judged(all, { startFirst: true, inspection: blockedBy('secrets.hidden') });

        expect(answer(judgement)).toBe(code);
      },
    );

    it('never reports as in the way what would not have been upgraded anyway', () => {
      fc.assert(
        fc.property(anyService, fc.boolean(), (service, startFirst) => {
          const sameVersion = { image: `${WEB}:2.1.0`, labels: OPT_IN };
          const unwanted = [{ labels: {} }, sameVersion, { image: 'acme/api:1' }];

          const seen = service.phase === 'upgraded' ? { ...service, phase: 'idle' as const } : service;
          const codes = unwanted.map((one) => judged({ ...seen, ...one }, { startFirst }));

          expect(codes.filter((one) => !one.upgrade && isBlocking(one.reason.code))).toEqual([]);
        }),
      );
    });
  });

  describe('where the version is there already', () => {
    const running = { image: `${WEB}:2.1.0` };

    it('says that it waits to be confirmed, if it does', () => {
      expect(answer(judged({ ...running, phase: 'upgraded' }))).toBe('service.awaiting_confirmation');
      expect(answer(judged({ ...running, phase: 'idle' }))).toBe('version.not_newer');
    });

    it.each(['upgrading', 'finishing', 'rolling_back'] as const)(
      'waits while it is %s: it may be undone',
      (phase) => {
        expect(answer(judged({ ...running, phase }))).toBe('version.not_newer passing');
      },
    );

    it('waits for nobody to finish an upgrade of ours', () => {
      const inspection = anInspection({ newest: NOON });

      expect(answer(judged({ phase: 'upgraded' }, { inspection }))).toBe(
        'service.awaiting_confirmation passing',
      );
      expect(answer(judged({ phase: 'upgraded' }, { inspection, awaitsOurs: true }))).toBe(
        'service.awaiting_confirmation',
      );
    });
  });

  describe('by the state of the service', () => {
    it.each<[Service['phase'], string]>([
      ['idle', `yes ${WEB}:2.1.0`],
      ['changing', 'service.busy passing'],
      ['upgrading', 'service.busy passing'],
      ['upgraded', 'service.awaiting_confirmation passing'],
      ['finishing', 'service.busy passing'],
      ['rolling_back', 'service.busy passing'],
      ['cancelling', 'service.busy passing'],
      ['cancelled', 'service.busy'],
      ['stopped', 'service.inactive'],
      ['gone', 'service.removed'],
      ['unknown', 'service.busy passing'],
    ])('%s: %s', (phase, expected) => {
      expect(answer(judged({ phase }))).toBe(expected);
    });

    it.each<[string, Date | null, string]>([
      ['just now', NOON, 'service.awaiting_confirmation passing'],
      ['less than ten minutes ago', noonPlus(-TEN_MINUTES + 1), 'service.awaiting_confirmation passing'],
      ['ten minutes ago', noonPlus(-TEN_MINUTES), 'service.awaiting_confirmation'],
      ['nobody knows when', null, 'service.awaiting_confirmation'],
    ])('upgraded by somebody else %s, by its newest container', (_, newest, expected) => {
      expect(answer(judged({ phase: 'upgraded' }, { inspection: anInspection({ newest }) }))).toBe(expected);
    });

    it.each<[Service['phase'], string]>([
      ['upgraded', 'service.awaiting_confirmation passing'],
      ['cancelled', 'service.busy passing'],
    ])('%s from before, where left-overs are cleared away: %s', (phase, expected) => {
      const inspection = anInspection({ newest: noonPlus(-TEN_MINUTES) });

      const answers = (['finish', 'rollback'] as const).map((leftover) =>
        answer(judged({ phase }, { inspection, leftover })),
      );

      expect(answers).toEqual([expected, expected]);
    });

    it('names the state in Rancher’s own words', () => {
      const judgement = judged({ phase: 'changing', state: 'restarting' });

      expect(judgement).toMatchObject({ reason: { message: expect.stringContaining('restarting') } });
    });
  });

  it('has an answer to any service, and a sentence to each no', () => {
    fc.assert(
      fc.property(anyService, fc.boolean(), (service, startFirst) => {
        const judgement = judged(service, { startFirst });

        expect(judgement.upgrade || judgement.reason.message !== '').toBe(true);
      }),
    );
  });
});

describe('recreatedSidekicks', () => {
  it('names those that are made anew with the service', () => {
    const sidekicks = [aSidekick({ name: 'a', recreated: true }), aSidekick({ name: 'b' })];

    expect(recreatedSidekicks(aService({ sidekicks }))).toEqual(['a']);
  });
});

describe('runningImage', () => {
  it.each<[string, Partial<Service>, string]>([
    ['of the service', {}, `${WEB}:2.0.4`],
    [
      'of the sidekick, where that runs the repository',
      { image: 'acme/api:1', sidekicks: [aSidekick()] },
      `${WEB}:2.0.4`,
    ],
    ['of a sidekick of a service without one', { image: null, sidekicks: [aSidekick()] }, `${WEB}:2.0.4`],
    ['of the service, where nothing runs the repository', { image: 'acme/api:1' }, 'acme/api:1'],
    [
      'of the service, where no sidekick runs the repository either',
      { image: 'acme/api:1', sidekicks: [aSidekick({ image: 'acme/log:1' })] },
      'acme/api:1',
    ],
    ['that nobody can read', { image: '!!!' }, '!!!'],
    ['that is not there', { image: null }, ''],
  ])('is the image %s', (_, service, expected) => {
    expect(runningImage(aService(service), WEB)).toBe(expected);
  });
});

const anyService: fc.Arbitrary<Partial<Service>> = fc.record({
  image: fc.constantFrom(null, '!!!', 'acme/api:1', `${WEB}:2.0.4`, `${WEB}:2.1.0`, `${WEB}:latest`),
  sidekicks: fc.constantFrom([], [aSidekick()]),
  labels: fc.dictionary(
    fc.constantFrom('autoupdate.enable', 'autoupdate.enabled', 'autoupdate.policy', 'autoupdate.timeout'),
    fc.constantFrom('true', 'false', 'minor', '12', ''),
  ),
  phase: fc.constantFrom(...PHASES),
  canStartFirst: fc.boolean(),
  blocked: fc.constantFrom(null, reason('service.read_only', '-'), reason('service.system', '-')),
});

function blockedBy(code: 'secrets.hidden' | 'service.self'): Inspection {
  return anInspection({ blocked: reason(code, '-') });
}
