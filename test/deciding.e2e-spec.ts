import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FaultHandle } from '../simulator/faults/faults.js';
import type { Service } from '../simulator/world/records.js';
import { ROLLOUT_STATUSES, type RolloutStatus } from '../src/domain/rollout.js';
import { COMMANDS, type Command } from '../src/upgrade/judging/bearing.js';
import { asked, decide, rolloutOf, untilRollout } from './harness/rollouts.js';
import { World } from './harness/world.js';

/** Seconds. A test of a stage must not be too late for it. */
const LONG = 86_400;

/**
 * Cases that are prepared at once, and how fast: what shares a machine with its Rancher must not overload it, and a decision
 * for which Rancher cannot be asked in time is refused.
 */
const AT_ONCE = 4;
const SPEED = 5;

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

/** What a rollout is when somebody decides about it. */
type Stage = RolloutStatus | 'upgrading unasked' | 'unconfirmed' | 'refused';

type Row = readonly [command: Command, stage: Stage];

/** What is done then, and what the rollout is in the end. */
const TAKEN: readonly (readonly [...Row, end: RolloutStatus])[] = [
  ['cancel', 'queued', 'cancelled'],
  ['rollback', 'queued', 'cancelled'],
  ['rollback', 'upgrading', 'rolled_back'],
  ['cancel', 'upgrading', 'cancelled'],
  ['confirm', 'upgrading unasked', 'finished'],
  ['confirm', 'awaiting_confirmation', 'finished'],
  ['rollback', 'awaiting_confirmation', 'rolled_back'],
  ['cancel', 'awaiting_confirmation', 'cancelled'],
  ['rollback', 'failed', 'rolled_back'],
  ['cancel', 'failed', 'cancelled'],
  ['rollback', 'unconfirmed', 'rolled_back'],
];

const DONE_ALREADY: readonly Row[] = [
  ['confirm', 'queued'],
  ['confirm', 'upgrading'],
  ['confirm', 'finishing'],
  ['cancel', 'finishing'],
  ['confirm', 'finished'],
  ['rollback', 'rolling_back'],
  ['cancel', 'rolling_back'],
  ['rollback', 'rolled_back'],
  ['cancel', 'rolled_back'],
  ['cancel', 'superseded'],
  ['rollback', 'cancelled'],
  ['cancel', 'cancelled'],
];

/** Refused, with what is possible instead. */
const REFUSED: readonly (readonly [...Row, possible: string])[] = [
  ['rollback', 'finishing', 'nothing'],
  ['rollback', 'finished', 'nothing'],
  ['cancel', 'finished', 'nothing'],
  ['confirm', 'failed', 'rollback, cancel'],
  ['rollback', 'refused', 'nothing'],
  ['confirm', 'rolling_back', 'nothing'],
  ['confirm', 'rolled_back', 'nothing'],
  ['confirm', 'rollback_failed', 'nothing'],
  ['rollback', 'rollback_failed', 'nothing'],
  ['cancel', 'rollback_failed', 'nothing'],
  ['confirm', 'skipped', 'nothing'],
  ['rollback', 'skipped', 'nothing'],
  ['cancel', 'skipped', 'nothing'],
  ['confirm', 'superseded', 'nothing'],
  ['rollback', 'superseded', 'nothing'],
  ['confirm', 'cancelled', 'nothing'],
];

function statusOf(stage: Stage): RolloutStatus {
  if (stage === 'upgrading unasked') return 'upgrading';
  return stage === 'refused' || stage === 'unconfirmed' ? 'failed' : stage;
}

/** What Rancher does not get to hear of, so that a rollout stays where it is. */
const KEPT_AT: Partial<Record<Stage, string>> = { finishing: 'finishupgrade', rolling_back: 'rollback' };

const WAITING: ReadonlySet<Stage> = new Set(['queued', 'skipped', 'superseded', 'cancelled']);
const CHECKED: ReadonlySet<Stage> = new Set([
  'upgrading',
  'upgrading unasked',
  'failed',
  'rolled_back',
  'rollback_failed',
]);

/** An upgrade of a service of its own, which is brought to a stage and kept there. */
class Case {
  readonly service: Service;
  id = '';
  private ailment: FaultHandle | null = null;

  constructor(
    private readonly world: World,
    private readonly stage: Stage,
    name: string,
  ) {
    this.service = world.add(name, {
      state: WAITING.has(stage) ? 'restarting' : 'active',
      healthCheck: CHECKED.has(stage),
      launchConfig: stage === 'refused' ? { requestedHostId: '1h999' } : {},
    });
  }

  async reach(): Promise<void> {
    const { world, service, stage } = this;
    const { name } = service;
    this.prepare();
    this.id = await world.begin({ docker_image: `acme/${name}:2.0.0`, ...this.options() });
    if (stage === 'superseded') await world.begin({ docker_image: `acme/${name}:2.1.0`, timeout: LONG });
    if (stage === 'skipped' || stage === 'cancelled') await untilRollout(world, this.id, 'queued');
    if (stage === 'skipped') world.rancher.as('alice').deactivate(service);
    if (stage === 'cancelled') await decide(world, this.id, 'cancel');
    if (stage === 'rolling_back') await untilRollout(world, this.id, 'awaiting_confirmation');
    if (stage === 'rolling_back') await decide(world, this.id, 'rollback');
    await untilRollout(world, this.id, this.status);
    const action = KEPT_AT[stage];
    if (action) await world.until(`${action} was asked for`, () => world.actions(service, action).length > 0);
  }

  get status(): RolloutStatus {
    return statusOf(this.stage);
  }

  /** Its containers can become healthy. */
  heal(): void {
    this.ailment?.remove();
  }

  private prepare(): void {
    const { faults } = this.world.rancher;
    const { name: service } = this.service;
    const action = KEPT_AT[this.stage];
    if (CHECKED.has(this.stage)) {
      this.ailment = faults.add({ kind: 'never-healthy', image: `acme/${service}:2.0.0` });
    }
    if (action) faults.add({ kind: 'reset', action, service });
    if (this.stage !== 'rollback_failed') return;
    const image = `acme/${service}:9.9.9`;
    faults.add({ kind: 'race', service, image, winner: 'ours', variant: 'upgrade-null' });
  }

  private options(): Readonly<Record<string, unknown>> {
    switch (this.stage) {
      case 'failed':
        return { timeout: 5 };
      case 'unconfirmed':
        return { confirm: false, confirm_within: 5 };
      case 'rolled_back':
      case 'rollback_failed':
        return { timeout: 5, on_failure: 'rollback' };
      case 'awaiting_confirmation':
      case 'rolling_back':
      case 'upgrading unasked':
        return { confirm: false, timeout: LONG };
      default:
        return { timeout: LONG };
    }
  }
}

describe('whoever decides later', () => {
  let world: World;
  const cases = new Map<string, Case>();

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '100' }, speed: SPEED });
    const rows = [...TAKEN, ...DONE_ALREADY, ...REFUSED];
    for (const [index, [command, stage]] of rows.entries()) {
      cases.set(`${command} ${stage}`, new Case(world, stage, `web-${index}`));
    }
    const all = [...cases.values()];
    while (all.length > 0) await Promise.all(all.splice(0, AT_ONCE).map((one) => one.reach()));
  });

  afterAll(() => world.close());

  function caseOf(command: Command, stage: Stage): Case {
    const one = cases.get(`${command} ${stage}`);
    if (!one) throw new Error(`${command} was not tried on what is ${stage}`);
    return one;
  }

  it('can do so in every status', () => {
    const tried = [...TAKEN, ...DONE_ALREADY, ...REFUSED].map(
      ([command, stage]) => `${command} ${statusOf(stage)}`,
    );

    expect(new Set(tried).size).toBe(ROLLOUT_STATUSES.length * COMMANDS.length);
  });

  it.each(TAKEN)('is taken up on it, who would %s what is %s: it is %s then', async (command, stage, end) => {
    const one = caseOf(command, stage);

    const answer = await decide(world, one.id, command);
    one.heal();
    await untilRollout(world, one.id, end);
    const again = await decide(world, one.id, command);

    expect(answer).toMatchObject({ status: 202, body: { id: one.id } });
    expect(again).toMatchObject({ status: 200, body: { rollouts: [{ status: end }] } });
    expect(one.service.image).toMatch(end === 'finished' ? /:2\.0\.0$/ : /:1\.0\.0$/);
  });

  it.each(DONE_ALREADY)('hears that it is done, who would %s what is %s', async (command, stage) => {
    const one = caseOf(command, stage);
    const before = new Set(asked(world, one.service));

    const answer = await decide(world, one.id, command);

    expect(answer).toMatchObject({ status: 200, body: { rollouts: [{ status: one.status }] } });
    expect(new Set(asked(world, one.service))).toEqual(before);
  });

  it.each(REFUSED)(
    'is refused, who would %s what is %s, and told what can be done: %s',
    async (command, stage, can) => {
      const one = caseOf(command, stage);
      const before = new Set(asked(world, one.service));

      const answer = await decide(world, one.id, command);

      expect(answer).toMatchObject({
        status: 409,
        body: {
          code: 'request.conflict',
          message: `There is nothing to ${command.replace('rollback', 'roll back')}: ${one.service.name} is ${one.status} (possible: ${can})`,
        },
      });
      expect(await rolloutOf(world, one.id)).toMatchObject({ status: one.status });
      expect(new Set(asked(world, one.service))).toEqual(before);
    },
  );

  it('never has Rancher cancel an upgrade, which would leave a mix of versions', () => {
    const actions = world.rancher.journal.requests.map(({ query }) => query);

    expect(actions).toContain('action=rollback');
    expect(actions.filter((query) => query.includes('cancelupgrade'))).toEqual([]);
  });
});

describe('a decision', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ variables: { AUTOUPDATE_MAX_PARALLEL: '100' } });
  });

  afterAll(() => world.close());

  /** Two services of one upgrade, both awaiting confirmation. */
  async function pair(name: string) {
    const services = ['a', 'b'].map((letter) =>
      world.add(`${name}-${letter}`, { image: `acme/${name}:1.0.0` }),
    );
    const { id } = await world.upgrade({ docker_image: `acme/${name}:2.0.0`, confirm: false });
    return { services, id: String(id) };
  }

  it('is about all services of an upgrade where none is named', async () => {
    const { services, id } = await pair('all');

    expect(await decide(world, id, 'confirm')).toMatchObject({ status: 202 });

    expect(await world.settled(id)).toMatchObject({
      status: 'succeeded',
      rollouts: [{ status: 'finished' }, { status: 'finished' }],
    });
    expect(services.map((service) => asked(world, service))).toEqual([
      ['upgrade', 'finishupgrade'],
      ['upgrade', 'finishupgrade'],
    ]);
  });

  it('is about one where it is named, and leaves the other', async () => {
    const { services, id } = await pair('one');
    const [a, b] = services;
    const rollout = await rolloutOf(world, id, a);

    expect(await decide(world, id, 'rollback', rollout.id)).toMatchObject({ status: 202 });
    await untilRollout(world, id, 'rolled_back', a);
    const other = await rolloutOf(world, id, b);
    expect(await decide(world, id, 'confirm', other.id)).toMatchObject({ status: 202 });

    expect(await world.settled(id)).toMatchObject({
      status: 'partly_failed',
      rollouts: [{ status: 'rolled_back' }, { status: 'finished' }],
    });
  });

  it('is written into the history of what it is about', async () => {
    world.add('written');
    const { id } = await world.upgrade({ docker_image: 'acme/written:2.0.0', confirm: false });

    await decide(world, String(id), 'rollback');
    await untilRollout(world, String(id), 'rolled_back');

    const { history, reason } = await rolloutOf(world, String(id));
    const why = { code: 'rollout.rollback_asked', message: 'somebody asked for it' };
    expect(reason).toEqual(why);
    expect(history.slice(-2)).toMatchObject([
      { status: 'rolling_back', reason: why },
      { status: 'rolled_back', reason: why },
    ]);
  });

  it.each(COMMANDS)('about something that is not there is answered with 404: %s', async (command) => {
    const mine = await pair(`mine-${command}`);
    const other = await pair(`other-${command}`);
    const foreign = await rolloutOf(world, other.id, other.services[0]);

    const answers = [
      await decide(world, UNKNOWN, command),
      await decide(world, mine.id, command, UNKNOWN),
      await decide(world, mine.id, command, foreign.id),
    ];

    expect(answers.map(({ status, body }) => `${status} ${body.code}`)).toEqual(
      answers.map(() => '404 request.not_found'),
    );
    expect(await rolloutOf(world, other.id, other.services[0])).toMatchObject({
      status: 'awaiting_confirmation',
    });
  });

  it('takes a body and needs none', async () => {
    const { id } = await pair('bodied');

    const answers = [
      await world.ask('POST', `/upgrades/${id}/confirm`, { body: '{}' }),
      await world.ask('POST', `/upgrades/${id}/confirm`, {
        headers: { 'content-type': 'application/json' },
      }),
    ];

    expect(answers.map(({ status }) => Math.floor(status / 100))).toEqual([2, 2]);
  });

  it.each([
    ['POST', '/confirm?rolout=x', 400],
    ['GET', '/confirm', 405],
    ['POST', '/finish', 404],
  ])('that is asked for in a wrong way is refused: %s %s with %i', async (method, path, status) => {
    expect(await world.ask(method, `/upgrades/${UNKNOWN}${path}`)).toMatchObject({ status });
  });

  it('to roll back is refused where somebody else has just finished it', async () => {
    const service = world.add('beaten');
    const { id } = await world.upgrade({ docker_image: 'acme/beaten:2.0.0', confirm: false });
    world.rancher.as('alice').finishupgrade(service);
    await world.untilState(service, 'active');

    const answer = await decide(world, String(id), 'rollback');

    expect([200, 409]).toContain(answer.status);
    expect(world.actions(service, 'rollback')).toEqual([]);
    await untilRollout(world, String(id), 'finished');
    expect(await decide(world, String(id), 'rollback')).toMatchObject({ status: 409 });
  });

  it('to roll back is not taken where Rancher cannot be seen, and changes nothing', async () => {
    const service = world.add('unseen');
    const { id } = await world.upgrade({ docker_image: 'acme/unseen:2.0.0', confirm: false });
    const fault = world.rancher.faults.add({ kind: 'unauthorized', service: 'unseen' });

    const answer = await decide(world, String(id), 'rollback');
    const then = await rolloutOf(world, String(id));
    fault.remove();

    expect(answer).toMatchObject({ status: 503, body: { code: 'rancher.unauthorized' } });
    expect(then).toMatchObject({ status: 'awaiting_confirmation' });
    expect(await decide(world, String(id), 'rollback')).toMatchObject({ status: 202 });
    await untilRollout(world, String(id), 'rolled_back');
    expect(world.actions(service, 'rollback')).toHaveLength(1);
  });

  it('to confirm still asks for containers that are sound', async () => {
    const service = world.add('sickly', { healthCheck: true });
    const { id } = await world.upgrade({ docker_image: 'acme/sickly:2.0.0', confirm: false, timeout: 20 });
    for (const instance of service.instances) instance.health = 'unhealthy';

    await decide(world, String(id), 'confirm');
    await untilRollout(world, String(id), 'failed');

    expect(await rolloutOf(world, String(id))).toMatchObject({ reason: { code: 'rollout.unhealthy' } });
    expect(asked(world, service)).toEqual(['upgrade']);
  });
});
