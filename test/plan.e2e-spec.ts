import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RealClock } from '../simulator/clock.js';
import type { ServiceDescription } from '../simulator/fleet.js';
import type { Service } from '../simulator/world/records.js';
import { OwnContainer } from '../src/rancher/own-container.js';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { SPEED, World } from './harness/world.js';

const ON = { 'autoupdate.enable': 'true' };
const LABELS_OFF = ['false', 'False', ' no ', 'OFF', '0'];
const LABELS_ON = ['true', 'yes', '', ' ', '1', 'falsey', 'production'];

/** A service that runs `acme/NAME:1.0.0`, if nothing else is said, when `acme/NAME:2.0.0` is published. */
interface Case {
  readonly name: string;
  readonly service?: Partial<ServiceDescription>;
  readonly asked?: Readonly<Record<string, unknown>>;
  readonly published?: string;
  /** `yes`, why not, or `unseen`: it is not even named. */
  readonly verdict: string;
  readonly to?: string;
  readonly running?: string;
}

const CASES: readonly Case[] = [
  { name: 'plain', verdict: 'yes' },
  ...LABELS_OFF.map((value, index) => ({
    name: `label-off-${index}`,
    service: { labels: { 'autoupdate.enable': value } },
    verdict: 'label.off',
  })),
  ...LABELS_ON.map((value, index) => ({
    name: `label-on-${index}`,
    service: { labels: { 'autoupdate.enable': value } },
    verdict: 'yes',
  })),
  { name: 'label-none', service: { labels: { 'io.acme.team': 'shop' } }, verdict: 'label.off' },
  { name: 'label-other', service: { labels: { 'autoupdate.enabled': 'true' } }, verdict: 'yes' },
  {
    name: 'label-other-wins',
    service: { labels: { ...ON, 'autoupdate.enabled': 'false' } },
    verdict: 'label.off',
  },
  {
    name: 'label-of-sidekick',
    service: { labels: {}, sidekicks: [{ name: 'side', image: 'acme/side:1', labels: ON }] },
    verdict: 'label.off',
  },
  {
    name: 'label-timeout',
    service: { labels: { ...ON, 'autoupdate.timeout': '5m' } },
    verdict: 'label.invalid',
  },

  {
    name: 'spelt-in-full',
    service: { image: 'docker.io/acme/spelt-in-full:1.0.0' },
    to: 'docker.io/acme/spelt-in-full:2.0.0',
    verdict: 'yes',
  },
  {
    name: 'spelt-as-index',
    service: { image: 'acme/spelt-as-index:1.0.0' },
    published: 'index.docker.io/acme/spelt-as-index:2.0.0',
    to: 'acme/spelt-as-index:2.0.0',
    verdict: 'yes',
  },
  {
    name: 'spelt-official',
    service: { image: 'spelt-official:1.0.0' },
    published: 'docker.io/library/spelt-official:2.0.0',
    to: 'spelt-official:2.0.0',
    verdict: 'yes',
  },
  {
    name: 'spelt-without-tag',
    service: { image: 'registry.acme.io:5000/a/spelt-without-tag' },
    published: 'registry.acme.io:5000/a/spelt-without-tag',
    to: 'registry.acme.io:5000/a/spelt-without-tag:latest',
    verdict: 'yes',
  },
  {
    name: 'of-other-registry',
    service: { image: 'quay.io/acme/of-other-registry:1.0.0' },
    verdict: 'unseen',
  },
  {
    name: 'of-other-port',
    service: { image: 'r.acme.io:5000/of-other-port:1.0.0' },
    published: 'r.acme.io/of-other-port:2.0.0',
    verdict: 'unseen',
  },
  { name: 'of-other-path', service: { image: 'acme/of-other-path/sub:1.0.0' }, verdict: 'unseen' },

  {
    name: 'sidekick-only',
    service: { image: 'acme/main:1.0.0', sidekicks: [{ name: 'side', image: 'acme/sidekick-only:1.0.0' }] },
    running: 'acme/sidekick-only:1.0.0',
    verdict: 'service.sidekick',
  },
  {
    name: 'sidekick-too',
    service: { sidekicks: [{ name: 'side', image: 'acme/sidekick-too:1.0.0' }] },
    verdict: 'yes',
  },
  {
    name: 'sidekick-of-nothing',
    service: {
      image: 'rancher/none',
      selectorContainer: 'a=b',
      sidekicks: [{ name: 'side', image: 'acme/sidekick-of-nothing:1.0.0' }],
    },
    running: 'acme/sidekick-of-nothing:1.0.0',
    verdict: 'service.unsupported',
  },

  { name: 'balancer', service: { type: 'loadBalancerService' }, verdict: 'yes' },
  { name: 'alias', service: { type: 'dnsService' }, verdict: 'unseen' },
  { name: 'outside', service: { type: 'externalService' }, verdict: 'unseen' },
  { name: 'network', service: { type: 'networkDriverService' }, verdict: 'unseen' },
  { name: 'storage', service: { type: 'storageDriverService' }, verdict: 'unseen' },
  { name: 'kubernetes', service: { type: 'kubernetesService' }, verdict: 'unseen' },
  { name: 'compose', service: { type: 'composeService' }, verdict: 'unseen' },
  {
    name: 'selector',
    service: { image: 'rancher/none', selectorContainer: 'a=b' },
    published: 'rancher/none:2.0.0',
    verdict: 'unseen',
  },
  { name: 'system', service: { system: true }, verdict: 'service.system' },

  { name: 'inactive', service: { state: 'inactive' }, verdict: 'service.inactive' },
  { name: 'deactivating', service: { state: 'deactivating' }, verdict: 'service.inactive' },
  { name: 'updating-inactive', service: { state: 'updating-inactive' }, verdict: 'service.inactive' },
  { name: 'updating-active', service: { state: 'updating-active' }, verdict: 'yes' },
  { name: 'removing', service: { state: 'removing' }, verdict: 'service.removed' },
  {
    name: 'cancelled',
    service: { state: 'canceled-upgrade', upgrade: { previousImage: 'acme/cancelled:0.9.0' } },
    verdict: 'service.busy',
  },
  {
    name: 'left-upgraded',
    service: { state: 'upgraded', upgrade: { previousImage: 'acme/left-upgraded:0.9.0' } },
    verdict: 'service.awaiting_confirmation',
  },

  { name: 'keeps-ip', service: { retainIp: true }, verdict: 'yes' },
  {
    name: 'keeps-ip-and-starts-first',
    service: { retainIp: true },
    asked: { start_first: true },
    verdict: 'service.start_first_unsupported',
  },
  { name: 'starts-first', asked: { start_first: true }, verdict: 'yes' },
  { name: 'own', verdict: 'service.self' },
  {
    name: 'own-beside',
    service: { sidekicks: [{ name: 'updater', image: 'acme/updater:1.0.0' }] },
    verdict: 'service.self',
  },

  // What would not have been upgraded anyway is never in the way.
  { name: 'off-inactive', service: { labels: {}, state: 'inactive' }, verdict: 'label.off' },
  { name: 'off-system', service: { labels: {}, system: true }, verdict: 'label.off' },
  {
    name: 'off-invalid',
    service: { labels: { 'autoupdate.policy': 'mnior', 'autoupdate.enable': 'no' } },
    verdict: 'label.off',
  },
  {
    name: 'newer-inactive',
    service: { image: 'acme/newer-inactive:3.0.0', state: 'inactive' },
    verdict: 'version.not_newer',
  },
  {
    name: 'newer-cancelled',
    service: { image: 'acme/newer-cancelled:3.0.0', state: 'canceled-upgrade' },
    verdict: 'version.not_newer',
  },
  {
    name: 'newer-timeout',
    service: { image: 'acme/newer-timeout:3.0.0', labels: { ...ON, 'autoupdate.timeout': 'x' } },
    verdict: 'version.not_newer',
  },
];

/** Counts as a failure of the upgrade. */
const IN_THE_WAY = new Set([
  'label.invalid',
  'service.busy',
  'service.awaiting_confirmation',
  'service.start_first_unsupported',
]);

/** States that pass by themselves. */
const PASSING = [
  'requested',
  'registering',
  'activating',
  'restarting',
  'upgrading',
  'finishing-upgrade',
  'rolling-back',
  'canceling-upgrade',
] as const;

describe('the plan', () => {
  let world: World;
  /** Of the requests that the dry runs sent to Rancher. */
  let methods: ReadonlySet<string>;
  const services = new Map<Case, Service>();
  const plans = new Map<Case, UpgradeView>();
  const outcomes = new Map<Case, UpgradeView>();

  beforeAll(async () => {
    // All containers are an hour old.
    const clock = new RealClock(SPEED, Date.now() - 3_600_000);
    world = await World.start({
      variables: { AUTOUPDATE_MAX_PARALLEL: '50', AUTOUPDATE_TIMEOUT: '' },
      simulator: { clock },
    });
    for (const one of CASES) services.set(one, add(one));
    const own = new Set(
      CASES.filter(({ name }) => name.startsWith('own')).map(
        (one) => services.get(one)?.instances.at(-1)?.externalId,
      ),
    );
    const container = world.part(OwnContainer);
    jest.spyOn(container, 'isKnown', 'get').mockReturnValue(true);
    jest.spyOn(container, 'is').mockImplementation((id) => own.has(id));
    for (const one of CASES) plans.set(one, (await world.post({ ...bodyOf(one), dry_run: true })).body);
    methods = new Set(world.rancher.journal.requests.map(({ method }) => method));
    // One after the other: all at once, they would take longer than Rancher is waited for on a slow machine.
    for (const one of CASES) outcomes.set(one, await world.upgrade({ timeout: 600, ...bodyOf(one) }));
  });

  afterAll(() => world.close());

  /** Like `World.add`, but with no other labels where some are given. */
  function add({ name, service = {} }: Case): Service {
    const described = { name, image: `acme/${name}:1.0.0`, labels: ON, ...service };
    return world.rancher.fleet.addService('production', 'shop', described);
  }

  it.each(casesOf((verdict) => verdict === 'yes'))('upgrades $name', ({ one, name }) => {
    const to = one.to ?? `acme/${name}:2.0.0`;

    expect(plans.get(one)).toMatchObject({
      rollouts: [{ service: { name }, to, status: 'queued', reason: null }],
      skipped: [],
    });
    expect(outcomes.get(one)).toMatchObject({ status: 'succeeded', rollouts: [{ to, status: 'finished' }] });
    expect(services.get(one)?.image).toBe(`docker:${to}`);
  });

  it.each(casesOf((verdict) => verdict.includes('.')))('leaves $name: $verdict', ({ one, name, verdict }) => {
    const skipped = plans.get(one)?.skipped;
    const outcome = outcomes.get(one);

    const running = one.running ?? one.service?.image ?? `acme/${name}:1.0.0`;
    const reason = { code: verdict, message: expect.stringMatching(/^.{10,}$/) };
    expect(skipped).toEqual([expect.objectContaining({ running, reason })]);
    expect(told(outcome)).toEqual(skipped?.map((skip) => skip.reason));
    expect(outcome?.status).toBe(IN_THE_WAY.has(verdict) ? 'failed' : 'nothing_to_do');
    expect(touched(one)).toEqual([]);
  });

  it.each(casesOf((verdict) => verdict === 'unseen'))('does not speak of $name', ({ one }) => {
    expect(plans.get(one)).toMatchObject({ rollouts: [], skipped: [] });
    expect(outcomes.get(one)).toMatchObject({ status: 'nothing_to_do', rollouts: [], skipped: [] });
    expect(touched(one)).toEqual([]);
  });

  function touched(one: Case): readonly unknown[] {
    const service = services.get(one);
    return service ? world.requests(service, 'POST') : [];
  }

  it('is made without a change', () => {
    expect(methods).toEqual(new Set(['GET']));
  });

  it('waits for a service whose state passes by itself', async () => {
    const passing = PASSING.map((state) =>
      world.add(`passing-${state}`, { state, image: 'acme/passing:1.0.0' }),
    );
    const rollouts = passing.map(({ name, state }) => ({
      service: expect.objectContaining({ name }),
      status: 'queued',
      reason: {
        code: 'service.busy',
        message: `the service is ${state} and cannot be upgraded now`,
      },
    }));
    const expected = { rollouts: rollouts.map((rollout) => expect.objectContaining(rollout)), skipped: [] };

    const plan = await world.post({ docker_image: 'acme/passing:2.0.0', dry_run: true });
    const id = await world.begin({ docker_image: 'acme/passing:2.0.0' });
    await world.until(
      'all of them wait',
      async () => (await world.view(id)).rollouts.length === PASSING.length,
    );
    const waiting = await world.view(id);
    for (const service of passing) service.state = 'active';
    const done = await world.settled(id);

    expect(plan.body).toMatchObject(expected);
    expect(waiting).toMatchObject({ status: 'running', ...expected });
    expect(done).toMatchObject({ status: 'succeeded', message: `8 of 8 services done` });
  });

  it('names the sidekicks that Rancher makes anew with their service', async () => {
    world.add('company', {
      sidekicks: [
        { name: 'apart', image: 'acme/apart:1.0.0' },
        { name: 'net', image: 'acme/net:1.0.0', launchConfig: { networkLaunchConfig: 'company' } },
        { name: 'far', image: 'acme/far:1.0.0', launchConfig: { dataVolumesFromLaunchConfigs: ['net'] } },
      ],
    });

    const { body } = await world.post({ docker_image: 'acme/company:2.0.0', dry_run: true });

    expect(body.rollouts).toMatchObject([{ recreated_sidekicks: ['net', 'far'] }]);
  });

  it('is for every environment, each service once', async () => {
    world.add('everywhere');
    world.add('everywhere', {}, 'staging');

    const { rollouts } = await world.upgrade({ docker_image: 'acme/everywhere:2.0.0' });

    expect(rollouts.map(({ environment, status }) => `${environment.name} ${status}`).toSorted()).toEqual([
      'production finished',
      'staging finished',
    ]);
  });

  it.each([
    [{ confirm: true }, undefined, 30],
    [{ confirm: false }, undefined, 600],
    [{ confirm: true }, '90', 90],
    [{ confirm: false }, ' 90 ', 90],
    [{ confirm: true, timeout: 7 }, '90', 7],
    [{ confirm: true }, '', 30],
  ])('gives for %j and the label %j a timeout of %i s', async (asked, label, timeout) => {
    const name = `timed-${JSON.stringify([asked, label]).replaceAll(/[^a-z0-9]+/g, '')}`;
    world.add(name, label === undefined ? {} : { labels: { 'autoupdate.timeout': label } });

    const { body } = await world.post({ docker_image: `acme/${name}:2.0.0`, dry_run: true, ...asked });

    expect(body.rollouts).toMatchObject([{ timeout }]);
  });
});

function told(outcome: UpgradeView | undefined): readonly unknown[] {
  return [...(outcome?.skipped ?? []), ...(outcome?.rollouts ?? [])].map(({ reason }) => reason);
}

function bodyOf({ name, published, asked }: Case): Readonly<Record<string, unknown>> {
  return { docker_image: published ?? `acme/${name}:2.0.0`, ...asked };
}

function casesOf(isMeant: (verdict: string) => boolean) {
  return CASES.filter(({ verdict }) => isMeant(verdict)).map((one) => ({ ...one, one }));
}
