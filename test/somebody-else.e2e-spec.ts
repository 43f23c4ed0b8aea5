import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FaultHandle } from '../simulator/faults/faults.js';
import type { Service } from '../simulator/world/records.js';
import type { ReasonCode } from '../src/domain/reasons.js';
import type { UpgradeView } from '../src/upgrade/routes/upgrade.view.js';
import { World } from './harness/world.js';

/** How a service is when somebody else acts. */
type Stage = 'waited for' | 'upgrading' | 'upgraded, but not healthy' | 'awaiting confirmation' | 'finishing';

type Deed =
  | 'finishes it'
  | 'rolls it back'
  | 'cancels it'
  | 'removes it'
  | 'purges it'
  | 'stops it'
  | 'upgrades it'
  | 'upgrades it to the same';

interface Row {
  readonly stage: Stage;
  readonly deeds: readonly Deed[];
  readonly status: UpgradeView['rollouts'][number]['status'];
  readonly code: ReasonCode;
  readonly upgrade: UpgradeView['status'];
}

function row(
  stage: Stage,
  deeds: readonly Deed[],
  status: Row['status'],
  code: ReasonCode,
  upgrade: Row['upgrade'] = status === 'finished' ? 'succeeded' : 'failed',
): Row {
  return { stage, deeds, status, code, upgrade };
}

const ROWS: readonly Row[] = [
  row('waited for', ['upgrades it', 'finishes it'], 'skipped', 'version.not_newer', 'nothing_to_do'),
  row(
    'waited for',
    ['upgrades it to the same', 'finishes it'],
    'skipped',
    'version.not_newer',
    'nothing_to_do',
  ),
  row('waited for', ['removes it'], 'skipped', 'service.removed', 'nothing_to_do'),
  row('waited for', ['purges it'], 'skipped', 'service.removed', 'nothing_to_do'),
  row('waited for', ['stops it'], 'skipped', 'service.inactive', 'nothing_to_do'),
  row('upgrading', ['rolls it back'], 'failed', 'rollout.rolled_back_elsewhere'),
  row('upgrading', ['rolls it back', 'upgrades it'], 'failed', 'rollout.overtaken'),
  row('upgrading', ['cancels it'], 'failed', 'rollout.cancelled_elsewhere'),
  row('upgrading', ['removes it'], 'failed', 'service.removed'),
  row('upgrading', ['purges it'], 'failed', 'service.removed'),
  row('upgraded, but not healthy', ['finishes it'], 'finished', 'rollout.finished_elsewhere'),
  row('upgraded, but not healthy', ['rolls it back'], 'failed', 'rollout.rolled_back_elsewhere'),
  row('awaiting confirmation', ['finishes it'], 'finished', 'rollout.finished_elsewhere'),
  row('awaiting confirmation', ['rolls it back'], 'failed', 'rollout.rolled_back_elsewhere'),
  row('awaiting confirmation', ['rolls it back', 'upgrades it'], 'failed', 'rollout.overtaken'),
  row('awaiting confirmation', ['rolls it back', 'stops it'], 'failed', 'rollout.rolled_back_elsewhere'),
  row('awaiting confirmation', ['finishes it', 'upgrades it'], 'failed', 'rollout.overtaken'),
  row('awaiting confirmation', ['finishes it', 'stops it'], 'failed', 'service.inactive'),
  row('awaiting confirmation', ['removes it'], 'failed', 'service.removed'),
  row('awaiting confirmation', ['purges it'], 'failed', 'service.removed'),
  row('finishing', ['cancels it'], 'failed', 'rollout.cancelled_elsewhere'),
  row('finishing', ['removes it'], 'failed', 'service.removed'),
];

/** What came of it: what is told of the service (null: that it is finished), and where its upgrade stands. */
interface Outcome {
  readonly code: ReasonCode | null;
  readonly upgrade: UpgradeView['status'];
}

/** All that may come of it, for whether we look between two deeds is chance, and so is who of two finishes first. */
function mayCome({ stage, deeds, code, upgrade }: Row): readonly Outcome[] {
  const likely: Outcome = { code, upgrade };
  if (deeds[0] === 'rolls it back') return [likely, { code: 'rollout.rolled_back_elsewhere', upgrade }];
  if (stage === 'waited for' && deeds[1] === 'finishes it') {
    return [likely, { code: 'service.awaiting_confirmation', upgrade: 'failed' }];
  }
  if (stage === 'upgraded, but not healthy' && deeds[0] === 'finishes it') {
    return [likely, { code: null, upgrade }];
  }
  return [likely];
}

/** A row that is tried, on a service of its own. */
interface Trial {
  readonly service: Service;
  readonly id: string;
}

describe('somebody else acts on a service that is upgraded', () => {
  let world: World;
  const ailments = new Map<Service, FaultHandle>();

  beforeAll(async () => {
    world = await World.start({
      variables: { AUTOUPDATE_MAX_PARALLEL: '100' },
      simulator: { settings: { finishMs: 5000 } },
      speed: 10,
    });
  });

  afterAll(() => world.close());

  /** One after the other: what looks at all of them at once leaves a slow machine no time to answer. */
  async function attempt(one: Row, name: string): Promise<Trial> {
    const { faults } = world.rancher;
    const image = `acme/${name}:2.0.0`;
    const service = world.add(name, {
      state: one.stage === 'waited for' ? 'restarting' : 'active',
      healthCheck: one.stage === 'upgraded, but not healthy',
    });
    if (one.stage === 'upgrading') faults.add({ kind: 'slow-pull', image, ms: 600_000 });
    if (one.stage === 'upgraded, but not healthy') {
      ailments.set(service, faults.add({ kind: 'never-healthy', image }));
    }
    const id = await world.begin({
      docker_image: image,
      confirm: one.stage !== 'awaiting confirmation',
      timeout: 600,
    });
    await reached(one.stage, service, id);
    for (const deed of one.deeds) await act(deed, service);
    return { service, id };
  }

  async function reached(stage: Stage, service: Service, id: string): Promise<void> {
    switch (stage) {
      case 'waited for':
        return world.until('it is waited for', async () => {
          const [rollout] = (await world.view(id)).rollouts;
          return rollout?.reason?.code === 'service.busy';
        });
      case 'upgrading':
        return untilRollout(id, 'upgrading');
      case 'upgraded, but not healthy':
        await world.until('a new container runs', () =>
          service.instances.some(({ health }) => health === 'initializing'),
        );
        world.rancher.as('alice').scale(service, 1);
        return world.untilState(service, 'upgraded');
      case 'awaiting confirmation':
        return untilRollout(id, 'awaiting_confirmation');
      case 'finishing':
        return world.untilState(service, 'finishing-upgrade');
    }
  }

  function untilRollout(id: string, status: string): Promise<void> {
    return world.until(`it is ${status}`, async () => (await world.view(id)).rollouts[0]?.status === status);
  }

  async function act(deed: Deed, service: Service): Promise<void> {
    const alice = world.rancher.as('alice');
    switch (deed) {
      case 'finishes it':
        await world.untilState(service, 'upgraded');
        alice.finishupgrade(service);
        ailments.get(service)?.remove();
        return becomesActive(service);
      case 'rolls it back':
        alice.rollback(service);
        return becomesActive(service);
      case 'cancels it':
        return alice.cancelupgrade(service);
      case 'removes it':
        return alice.remove(service);
      case 'purges it':
        return world.rancher.fleet.purgeService(service);
      case 'stops it':
        return alice.deactivate(service);
      case 'upgrades it':
        if (service.state === 'restarting') alice.activate(service);
        return alice.upgrade(service, `docker:acme/${service.name}:3.0.0`);
      case 'upgrades it to the same':
        alice.activate(service);
        return alice.upgrade(service, `docker:acme/${service.name}:2.0.0`);
    }
  }

  /** Resolves in that very moment, so that the next deed is done before anybody can look. */
  function becomesActive(service: Service): Promise<void> {
    return new Promise((resolve) => {
      world.rancher.changes.subscribe((change) => {
        if (change.kind === 'service' && change.service === service && change.to === 'active') resolve();
      });
    });
  }

  /** How often Rancher has done what we asked for. */
  function taken(service: Service, action: string): number {
    return world.actions(service, action).filter(({ status }) => status === 202).length;
  }

  it.each(ROWS.map((one, index) => [one.stage, one.deeds.join(' and '), one.code, one, index] as const))(
    'while it is %s: %s (%s)',
    async (_stage, _deeds, _code, one, index) => {
      const trial = await attempt(one, `web-${index}`);

      await world.until('it is over', async () => (await world.view(trial.id)).finished_at !== null);
      const { status, rollouts } = await world.view(trial.id);

      expect(rollouts).toMatchObject([{ status: one.status }]);
      expect(mayCome(one)).toContainEqual({ code: rollouts[0]?.reason?.code ?? null, upgrade: status });
      expect(taken(trial.service, 'upgrade')).toBe(one.stage === 'waited for' ? 0 : 1);
      expect(taken(trial.service, 'finishupgrade')).toBe(one.stage === 'finishing' ? 1 : 0);
      expect(world.actions(trial.service, 'rollback')).toEqual([]);
    },
  );
});
