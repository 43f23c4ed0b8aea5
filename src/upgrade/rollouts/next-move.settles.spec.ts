import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aRollout, NOON } from '../../../test/fakes/records.js';
import { aContainer, anInspection, aService } from '../../../test/fakes/services.js';
import { aSituation, NEW, OLD, YES } from '../../../test/fakes/situations.js';
import { activityOf } from '../../domain/activity.js';
import { reason } from '../../domain/reasons.js';
import { LEFTOVER, ON_FAILURE, type Rollout } from '../../domain/rollout.js';
import { PHASES, type Inspection, type Service } from '../../domain/service.js';
import type { Judgement } from '../judging/judgement.js';
import type { Move } from './move.js';
import { needsInspection } from './needs-inspection.js';
import { nextMove, nextMoveUnseen } from './next-move.js';
import { proven } from './proof.js';
import * as changes from './rollout-changes.js';

const PACE_MS = 2000;
const PATIENCE_MS = 3_600_000;
const REMIND_MS = 3_600_000;
/** A day of looks at what has failed, an hour at what bakes, and all that there is to wait for besides. */
const MOST_STEPS = 3000;

const NO_ANSWER = reason('rancher.unreachable', 'Rancher does not answer');
const REFUSED = reason('rancher.error', 'Rancher answers 409 (Conflict)');

type Act = 'start' | 'restore' | 'finish' | 'rollBack';

/** What Rancher does with what it is asked: `lost`: it does it, and its reply is lost; `ignores`: it takes it, and does not. */
const REPLIES = ['does', 'lost', 'refuses', 'ignores'] as const;
type Reply = (typeof REPLIES)[number];

/** One look: what somebody or something has changed just before, and how Rancher takes what is asked after it. */
interface Turn {
  readonly seen: boolean;
  readonly change: Partial<Pick<Service, 'phase' | 'revision' | 'image'>>;
  readonly sound: boolean;
  readonly starts: number;
  /** The service has its new image, and only old containers. */
  readonly isStoredOnly: boolean;
  readonly reply: Reply;
}

/** One service of a Rancher, and all that was asked of it. */
class World {
  readonly acts: string[] = [];
  private service = aService();
  private turn: Turn | null = null;
  private revisions = 0;
  private before = { revision: 'before', image: OLD };

  constructor(private readonly completes: boolean) {}

  take(turn: Turn): void {
    const { phase } = this.service;
    const goesOn = this.completes && phase === 'upgrading' ? { phase: 'upgraded' as const } : {};
    this.service = { ...this.service, ...goesOn, ...turn.change };
    this.turn = turn;
  }

  get seen(): Service {
    return this.service;
  }

  get inspection(): Inspection {
    const { sound = true, starts = 1, isStoredOnly = false } = this.turn ?? {};
    const { revision } = this.service;
    if (isStoredOnly) return anInspection({ current: 0, outdated: 1 });
    return anInspection({ containers: [aContainer({ revision, sound, running: sound, starts })] });
  }

  judge({ phase, image }: Service): Judgement {
    const busy = phase === 'upgraded' ? 'service.awaiting_confirmation' : 'service.busy';
    if (phase === 'gone' || image !== OLD) return no('version.not_newer', false);
    return phase === 'idle' ? YES : no(busy, true);
  }

  /** Answers whether Rancher says that it has taken it. */
  ask(act: Act): boolean {
    this.acts.push(act);
    const reply = this.turn?.reply ?? 'does';
    if (reply === 'does' || reply === 'lost') this.service = { ...this.service, ...this.done(act) };
    return reply === 'does' || reply === 'ignores';
  }

  get revision(): string {
    return `ours-${this.revisions}`;
  }

  private done(act: Act): Partial<Service> {
    if (act === 'finish') return { phase: 'idle' };
    if (act === 'rollBack') return { phase: 'idle', ...this.before };
    const { revision, image } = this.service;
    this.before = { revision, image: image ?? OLD };
    this.revisions += 1;
    return { phase: 'upgrading', revision: this.revision, image: act === 'start' ? NEW : OLD };
  }
}

describe('nextMove, played to the end,', () => {
  it('settles whatever happens, as soon as nothing happens any more', () => {
    const settles = fc.property(
      anyRollout(),
      anyTurns(),
      anyTurn(),
      fc.boolean(),
      (rollout, turns, last, completes) => {
        const quiet = { ...last, seen: true, change: {} };
        return isSettled(play(rollout, new World(completes), turns, quiet).at(-1));
      },
    );

    expect(fc.defaultReportMessage(fc.check(settles, { numRuns: 1000 })) ?? null).toBeNull();
  });

  it('neither starts nor finishes anything once it is being undone', () => {
    const keeps = fc.property(anyRollout(), anyTurns(), anyTurn(), (rollout, turns, last) => {
      const world = new World(true);
      let undoneAt = Infinity;
      play(rollout, world, turns, { ...last, seen: true, change: {} }, (now) => {
        if (now.undoing) undoneAt = Math.min(undoneAt, world.acts.length);
      });
      return world.acts.slice(undoneAt).every((act) => act === 'rollBack');
    });

    expect(fc.defaultReportMessage(fc.check(keeps, { numRuns: 1000 })) ?? null).toBeNull();
  });

  it('starts once where Rancher does as it is told, though its replies are lost', () => {
    const once = fc.property(
      anyRollout(),
      fc.constantFrom<Reply>('does', 'lost'),
      fc.boolean(),
      (rollout, reply, sound) => {
        const world = new World(true);
        const calm: Turn = { seen: true, change: {}, sound, starts: 1, isStoredOnly: false, reply };
        play(rollout, world, [], calm);
        return world.acts.filter((act) => act === 'start').length === 1;
      },
    );

    expect(fc.defaultReportMessage(fc.check(once, { numRuns: 300 })) ?? null).toBeNull();
  });
});

/** The rollout after each look, until it has settled or the bound is reached. */
function play(
  rollout: Rollout,
  world: World,
  turns: readonly Turn[],
  quiet: Turn,
  told: (rollout: Rollout) => void = () => undefined,
): readonly Rollout[] {
  const all = [rollout];
  let current = rollout;
  let ms = NOON.getTime();
  for (let step = 0; step < MOST_STEPS; step += 1) {
    if (step >= turns.length && isSettled(current)) break;
    const now = new Date(ms);
    world.take(turns[step] ?? quiet);
    current = looked(current, world, turns[step] ?? quiet, now);
    told(current);
    all.push(current);
    ms = activityOf(current) === 'moving' ? ms + PACE_MS : Math.max(ms + PACE_MS, current.dueAt.getTime());
  }
  return all;
}

function looked(stored: Rollout, world: World, { seen }: Turn, now: Date): Rollout {
  if (activityOf(stored) === 'over') return stored;
  if (!seen) {
    const unseen = changes.unseen(stored, NO_ANSWER, now);
    return moved(unseen, nextMoveUnseen(unseen, now, PATIENCE_MS), world, now);
  }
  const service = world.seen;
  const inspection = needsInspection(stored, service, now) ? world.inspection : null;
  const again = changes.seen(stored, now, PATIENCE_MS);
  const isOurs = service.revision === again.revision && again.status !== 'rolling_back';
  const noted = inspection && isOurs ? proven(again, service, inspection, now) : again;
  const judge = (judged: Service) => world.judge(judged);
  const situation = { ...aSituation(), rollout: noted, service, inspection, now, remindMs: REMIND_MS, judge };
  return moved(noted, nextMove(situation), world, now);
}

/** What carrying out a move makes of a rollout. */
function moved(rollout: Rollout, move: Move, world: World, now: Date): Rollout {
  switch (move.do) {
    case 'wait':
      return activityOf(rollout) === 'moving' || rollout.outage
        ? rollout
        : changes.waiting(rollout, move.because, now);
    case 'start': {
      const asked = changes.attempting(rollout, move.before, NEW, now);
      if (world.ask('start')) return changes.started(asked, world.revision);
      return changes.waiting({ ...asked, reason: REFUSED }, null, now);
    }
    case 'restore': {
      const asked = changes.waiting(changes.restoring(rollout, now), null, now);
      return world.ask('restore') ? changes.restored(asked) : asked;
    }
    case 'finish': {
      const isAgain = rollout.status === 'finishing';
      return { ...rollout, status: 'finishing', reason: world.ask('finish') && !isAgain ? null : REFUSED };
    }
    case 'adopt':
      return changes.started(rollout, move.revision);
    case 'rollBack': {
      const undo = {
        because: move.because,
        at: now,
        old: [],
        accepted: false,
        holds: true,
        as: 'rolled_back',
      } as const;
      const undone = rollout.undoing ? rollout : changes.rollingBack(rollout, undo);
      return world.ask('rollBack') ? undone : { ...undone, reason: REFUSED };
    }
    case 'late':
      return changes.confirmed(rollout, 'finishing', now);
    case 'clear':
      world.ask(move.by === 'finish' ? 'finish' : 'rollBack');
      return changes.waiting(rollout, move.because, now);
    case 'remind':
      return changes.waiting({ ...rollout, reminders: rollout.reminders + 1 }, null, now);
    case 'supersede':
      return changes.settled(rollout, move.end, now);
    case 'settle':
      return changes.settled(rollout, move, now);
  }
}

/** Over, or waiting for somebody who has all the time there is. */
function isSettled(rollout: Rollout | undefined): boolean {
  return (
    rollout !== undefined && (activityOf(rollout) === 'over' || rollout.status === 'awaiting_confirmation')
  );
}

function no(
  code: 'version.not_newer' | 'service.busy' | 'service.awaiting_confirmation',
  passing: boolean,
): Judgement {
  return { upgrade: false, reason: reason(code, 'as the test says'), passing };
}

function anyRollout(): fc.Arbitrary<Rollout> {
  return fc
    .record({
      confirm: fc.boolean(),
      onFailure: fc.constantFrom(...ON_FAILURE),
      leftover: fc.constantFrom(...LEFTOVER),
      timeout: fc.constantFrom(1, 30, 600),
      bake: fc.constantFrom(0, 60, 3600),
    })
    .map((overrides) => aRollout(overrides));
}

function anyTurns(): fc.Arbitrary<readonly Turn[]> {
  return fc.array(anyTurn(), { maxLength: 30 });
}

function anyTurn(): fc.Arbitrary<Turn> {
  const change = fc.record(
    {
      phase: fc.constantFrom(...PHASES),
      revision: fc.constantFrom('before', 'ours-1', 'theirs'),
      image: fc.constantFrom(OLD, NEW),
    },
    { requiredKeys: [] },
  );
  return fc.record({
    seen: fc.boolean(),
    change: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, change),
    sound: fc.boolean(),
    starts: fc.integer({ min: 1, max: 9 }),
    isStoredOnly: fc.boolean(),
    reply: fc.constantFrom(...REPLIES),
  });
}
