import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Service } from '../simulator/world/records.js';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
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

/** One service. All that the same version is published for run the same repository. */
interface Case {
  readonly name: string;
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
  name: `case-${index}`,
  running,
  published,
  verdict,
  labels,
}));

const VERSIONS = [...new Set(CASES.map(({ published }) => published))];

describe('the version policies', () => {
  let world: World;
  /** Of the requests that the dry runs sent to Rancher. */
  let methods: ReadonlySet<string>;
  const services = new Map<Case, Service>();
  const plans = new Map<string, UpgradeView>();
  const outcomes = new Map<string, UpgradeView>();

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '10' } });
    for (const one of CASES) {
      const image = repositoryOf(one.published) + one.running;
      services.set(one, world.add(one.name, { image, labels: one.labels }));
    }
    for (const version of VERSIONS) {
      const { body } = await world.post({ docker_image: repositoryOf(version) + version, dry_run: true });
      plans.set(version, body);
    }
    methods = new Set(world.rancher.journal.requests.map(({ method }) => method));
    // One after the other: all at once, they would take longer than Rancher is waited for on a slow machine.
    for (const version of VERSIONS) {
      const docker_image = repositoryOf(version) + version;
      outcomes.set(version, await world.upgrade({ docker_image, timeout: 600 }));
    }
  });

  afterAll(() => world.close());

  it.each(casesOf((verdict) => verdict === 'yes'))('say yes to $running → $published $label', ({ one }) => {
    const { name, published } = one;
    const to = `${repositoryOf(published)}${published || ':latest'}`;

    expect(told(plans.get(published), name)).toMatchObject({ to, status: 'queued', reason: null });
    expect(told(outcomes.get(published), name)).toMatchObject({ to, status: 'finished', reason: null });
    expect(services.get(one)?.image).toBe(`docker:${to}`);
  });

  it.each(casesOf((verdict) => verdict !== 'yes'))(
    'say no to $running → $published $label: $verdict',
    ({ one, verdict }) => {
      const { name, published, running } = one;
      const planned = told(plans.get(published), name);

      expect(planned).toMatchObject({ reason: { code: verdict, message: expect.any(String) } });
      expect(told(outcomes.get(published), name)).toEqual(planned);
      expect(services.get(one)?.image).toBe(`docker:${repositoryOf(published)}${running}`);
    },
  );

  it.each(VERSIONS)('decide how the upgrade to "%s" ends', (version) => {
    const cases = CASES.filter(({ published }) => published === version);
    const verdicts = new Set(cases.map(({ verdict }) => verdict));

    const ended = verdicts.has('yes') ? 'succeeded' : 'nothing_to_do';
    const failed = verdicts.has('yes') ? 'partly_failed' : 'failed';
    expect(outcomes.get(version)?.status).toBe(verdicts.has('policy.invalid') ? failed : ended);
  });

  it('are asked by a dry run without a change', () => {
    expect(methods).toEqual(new Set(['GET']));
  });

  it('touch no service but with a yes', () => {
    const steps = new Set(['upgrading', 'finishing-upgrade']);
    const touched = world.rancher.journal.changes.filter(({ to }) => steps.has(to)).length;

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

function repositoryOf(version: string): string {
  return `registry.acme.io:5000/cases/version-${VERSIONS.indexOf(version)}`;
}

/** What an upgrade says of one service, which it names once. */
function told(view: UpgradeView | undefined, name: string): unknown {
  const all = [...(view?.rollouts ?? []), ...(view?.skipped ?? [])].filter(
    ({ service }) => service.name === name,
  );
  return all.length === 1 ? all[0] : all;
}
