import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Service } from '../simulator/world/records.js';
import type { UpgradeView } from '../src/upgrade/upgrade.view.js';
import { World } from './harness/world.js';

const D1 = `sha256:${'1'.repeat(64)}`;
const D2 = `sha256:${'2'.repeat(64)}`;

/** What follows the repository in the image that runs and in the one that is published, and the verdict: yes, or why not. */
type Row = readonly [running: string, published: string, verdict: string];

const NOT_NEWER = 'version.not_newer';
const NOT_COMPARABLE = 'version.not_comparable';
const OTHER_FLAVOUR = 'version.other_flavour';
const PRERELEASE = 'version.prerelease';
const REFUSED = 'policy.refused';

const NEWEST: readonly Row[] = [
  [':1.0', ':2.0', 'yes'],
  [':1.9', ':1.10', 'yes'],
  [':9.0', ':10.0', 'yes'],
  [':v1.2', ':1.3', 'yes'],
  [':1.0', ':1.0.1', 'yes'],
  [':1.2.3.4', ':1.2.3.5', 'yes'],
  [':2024.01.15', ':2024.02.01', 'yes'],
  [':2.0', ':1.3', NOT_NEWER],
  [':2.0', ':2.0', NOT_NEWER],
  [':1.0', ':1.0.0', NOT_NEWER],
  [':1.0', ':latest', 'yes'],
  [':1.0', '', 'yes'],
  [':latest', ':latest', 'yes'],
  ['', '', 'yes'],
  ['', ':latest', 'yes'],
  [':main', ':main', 'yes'],
  [':latest', ':1.0', NOT_COMPARABLE],
  ['', ':1.0', NOT_COMPARABLE],
  [':main', ':latest', NOT_COMPARABLE],
  [':main', ':1.0', NOT_COMPARABLE],
  [':1.2.3', ':sha-1a2b3c4', NOT_COMPARABLE],
  [':1.2.3', ':20240101', NOT_COMPARABLE],
  [':1.2.3-alpine', ':1.3.0-alpine', 'yes'],
  [':1.2.3', ':1.3.0-alpine', OTHER_FLAVOUR],
  [':1.2.3-alpine', ':1.3.0', OTHER_FLAVOUR],
  ...[
    'rc1',
    'alpha',
    'beta',
    'pre',
    'preview',
    'dev',
    'SNAPSHOT',
    'milestone',
    'nightly',
    'canary',
    'Next',
  ].map((name): Row => [':1.0', `:2.0-${name}`, PRERELEASE]),
  [':2.0-rc1', ':2.0-rc2', 'yes'],
  [':2.0-rc9', ':2.0-rc10', 'yes'],
  [':2.0-rc1', ':2.0', 'yes'],
  [':2.0', ':2.0-rc1', NOT_NEWER],
  [':41', ':42', 'yes'],
  [':20240101', ':20240115', 'yes'],
  [':1.2.3-41', ':1.2.3-42', 'yes'],
  [':41', ':20240101', NOT_COMPARABLE],
  [':1.0', `@${D1}`, NOT_COMPARABLE],
  [`@${D1}`, `@${D2}`, 'yes'],
  [`:1.0@${D1}`, `:1.0@${D2}`, 'yes'],
  [':1.0', `:1.0@${D1}`, 'yes'],
  [`:1.0@${D1}`, `:1.0@${D1}`, NOT_NEWER],
  [`@${D1}`, `@${D1}`, NOT_NEWER],
  [`:${'9'.repeat(128)}`, `:1${'0'.repeat(127)}`, NOT_NEWER],
  [`:1.${'0'.repeat(125)}1`, `:1.${'9'.repeat(126)}`, 'yes'],
];

const CHOSEN: Readonly<Record<string, readonly Row[]>> = {
  newest: [[':1.0', ':2.0', 'yes']],
  ' newest ': [[':1.0', ':2.0', 'yes']],
  patch: [
    [':1.2.3', ':1.2.9', 'yes'],
    [':1.2.3', ':1.3.0', REFUSED],
    [':1.2.3', ':1.2.3', NOT_NEWER],
  ],
  minor: [
    [':1.2.3', ':1.9.0', 'yes'],
    [':1.2.3', ':2.0.0', REFUSED],
  ],
  major: [
    [':1.2.3', ':2.0.0', 'yes'],
    [':1.2.3', ':latest', REFUSED],
    [':1.2.3', ':1.2.2', NOT_NEWER],
  ],
  'range:^1.2 || 2.x': [
    [':1.2.3', ':1.9.0', 'yes'],
    [':1.2.3', ':2.7.0', 'yes'],
    [':1.2.3', ':3.0.0', REFUSED],
    [':1.9.0', ':1.2.3', NOT_NEWER],
  ],
  'glob:1.*-alpine': [
    [':1.2-alpine', ':1.3-alpine', 'yes'],
    [':1.2-alpine', ':2.0-alpine', REFUSED],
    [':1.3-alpine', ':1.2-alpine', NOT_NEWER],
  ],
  'glob:main': [[':main', ':main', 'yes']],
  'regex:^release-(\\d+)$': [
    [':release-9', ':release-10', 'yes'],
    [':release-10', ':release-9', NOT_NEWER],
    [':release-9', ':latest', REFUSED],
  ],
  'regex:nightly|main': [
    [':main', ':main', 'yes'],
    [':nightly', ':main', 'yes'],
    [':main', ':main2', REFUSED],
  ],
  force: [
    [':2.0', ':1.0', 'yes'],
    [':2.0', ':2.0', 'yes'],
    [':2.0', `@${D1}`, 'yes'],
    [':latest', ':sha-1a2b3c4', 'yes'],
  ],
  never: [[':1.0', ':2.0', 'policy.never']],
  ...Object.fromEntries(
    ['', 'mnior', 'Newest', 'newest:x', 'range:abc', 'range', 'glob:[0-9]*', 'regex:(', 'x'.repeat(600)].map(
      (label) => [label, [[':1.0', ':2.0', 'policy.invalid']] satisfies Row[]],
    ),
  ),
};

const PRERELEASES: Readonly<Record<string, string>> = {
  true: 'yes',
  ' YES ': 'yes',
  on: 'yes',
  '1': 'yes',
  false: PRERELEASE,
  '0': PRERELEASE,
  maybe: 'policy.invalid',
};

interface Case {
  readonly repository: string;
  readonly running: string;
  readonly published: string;
  readonly verdict: string;
  readonly labels: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  ...NEWEST.map((row) => ({ row, labels: {} })),
  ...Object.entries(CHOSEN).flatMap(([policy, rows]) =>
    rows.map((row) => ({ row, labels: { 'autoupdate.policy': policy } })),
  ),
  ...Object.entries(PRERELEASES).map(([label, verdict]) => ({
    row: [':1.0', ':2.0-rc1', verdict] as const,
    labels: { 'autoupdate.prerelease': label },
  })),
].map(({ row: [running, published, verdict], labels }, index) => ({
  repository: `registry.acme.io:5000/cases/case-${index}`,
  running,
  published,
  verdict,
  labels,
}));

describe('the version policies', () => {
  let world: World;
  /** Of the requests that the dry runs sent to Rancher. */
  let methods: ReadonlySet<string>;
  const services = new Map<Case, Service>();
  const plans = new Map<Case, UpgradeView>();
  const outcomes = new Map<Case, UpgradeView>();

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '50' } });
    for (const [index, one] of CASES.entries()) {
      const { repository, running, labels } = one;
      services.set(one, world.add(`case-${index}`, { image: `${repository}${running}`, labels }));
    }
    for (const one of CASES) {
      const { body } = await world.post({ docker_image: one.repository + one.published, dry_run: true });
      plans.set(one, body);
    }
    methods = new Set(world.rancher.journal.requests.map(({ method }) => method));
    await Promise.all(
      CASES.map(async (one) => {
        outcomes.set(one, await world.upgrade({ docker_image: one.repository + one.published }));
      }),
    );
  }, 60_000);

  afterAll(() => world.close());

  it.each(casesOf((verdict) => verdict === 'yes'))('say yes to $running → $published $label', ({ one }) => {
    const to = `${one.repository}${one.published || ':latest'}`;

    expect(plans.get(one)).toMatchObject({ rollouts: [{ to, status: 'queued', reason: null }], skipped: [] });
    expect(outcomes.get(one)).toMatchObject({ status: 'succeeded', rollouts: [{ to, status: 'finished' }] });
    expect(services.get(one)?.image).toBe(`docker:${to}`);
  });

  it.each(casesOf((verdict) => verdict !== 'yes'))(
    'say no to $running → $published $label: $verdict',
    ({ one, verdict }) => {
      const plan = plans.get(one);

      const status = verdict === 'policy.invalid' ? 'failed' : 'nothing_to_do';
      expect(plan).toMatchObject({ rollouts: [], skipped: [{ reason: { code: verdict } }] });
      expect(outcomes.get(one)).toMatchObject({ status, rollouts: [], skipped: plan?.skipped });
      expect(services.get(one)?.image).toBe(`docker:${one.repository}${one.running}`);
    },
  );

  it('are asked by a dry run without a change', () => {
    expect(methods).toEqual(new Set(['GET']));
  });

  it('touch no service but with a yes', () => {
    const touched = world.rancher.journal.requests.filter(({ method }) => method === 'POST').length;

    expect(touched).toBe(2 * CASES.filter(({ verdict }) => verdict === 'yes').length);
  });
});

function casesOf(isMeant: (verdict: string) => boolean) {
  return CASES.filter(({ verdict }) => isMeant(verdict)).map((one) => ({
    ...one,
    one,
    label: Object.values(one.labels).join('').slice(0, 20),
  }));
}
