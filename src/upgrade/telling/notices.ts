import {
  type EnvironmentLine,
  type RolloutLine,
  type ServiceLine,
  type Tone,
  TONES,
} from '../../domain/notice.js';
import { isBlocking, type Reason } from '../../domain/reasons.js';
import type { Rollout, RolloutStatus } from '../../domain/rollout.js';
import type { EnvironmentPlan, Skipped, Upgrade } from '../../domain/upgrade.js';
import type { UpgradeRecord } from '../../store/upgrade-store.js';
import { counted } from '../summary.js';
import { isLeft } from '../judging/bearing.js';

interface Outcome {
  readonly outcome: string;
  readonly tone: Tone;
}

const BLOCKED: Outcome = { outcome: 'blocked', tone: 'danger' };

const OUTCOMES: Readonly<Record<RolloutStatus, Outcome>> = {
  queued: { outcome: 'not started', tone: 'warning' },
  upgrading: { outcome: 'not finished', tone: 'warning' },
  awaiting_confirmation: { outcome: 'awaiting confirmation', tone: 'warning' },
  finishing: { outcome: 'not finished', tone: 'warning' },
  finished: { outcome: 'upgraded', tone: 'info' },
  failed: { outcome: 'failed', tone: 'danger' },
  rolling_back: { outcome: 'rolling back', tone: 'danger' },
  rolled_back: { outcome: 'rolled back', tone: 'danger' },
  rollback_failed: { outcome: 'rollback failed', tone: 'danger' },
  skipped: { outcome: 'skipped', tone: 'warning' },
  superseded: { outcome: 'superseded', tone: 'info' },
  cancelled: { outcome: 'cancelled', tone: 'warning' },
};

const UNREAD = 'could not be read';
const NONE_READ = 'no environment could be read';
const NONE_SELECTED = 'no environment is selected';
const ABANDONED = 'planning was given up';
const CANCELLED = 'cancelled before any environment was read';

/** What there is to do about a service that is in the middle of an upgrade that has failed. */
const LEFT = '; roll it back there, or finish it there once it is well';

/** What an upgrade is told by. */
export type StoryLine = RolloutLine | ServiceLine | EnvironmentLine;

/** What there is to tell of an upgrade, before anybody knows whom. */
export interface Story {
  readonly upgrade: Upgrade;
  /** The worst first. */
  readonly lines: readonly StoryLine[];
  /** Everything that is summed up; the lines can be fewer. */
  readonly counted: readonly StoryLine[];
  readonly summary: (lines: readonly StoryLine[]) => string;
}

/**
 * What people are told of an upgrade that has settled: what came of every service that was tried or found blocked, and
 * what could not be read, worst first. Null: nothing was tried and nothing was in the way, so nobody is disturbed.
 */
export function storyOf(record: UpgradeRecord): Story | null {
  return record.upgrade.status === 'superseded' ? null : wholeOf(record);
}

/** A service that has failed, by itself: who it is for can be told from it. */
export function failureOf(upgrade: Upgrade, failed: Rollout): Story {
  const lines = [rolloutLine(failed)];
  return { upgrade, lines, counted: lines, summary: () => '' };
}

/** An early word on a service that has failed, while others are still under way. */
export function firstFailureOf(record: UpgradeRecord, failed: Rollout): Story | null {
  const whole = wholeOf(record);
  if (!whole) return null;
  const summary: Story['summary'] = (lines) => `${whole.summary(lines)}; others are still under way`;
  return { ...whole, lines: [rolloutLine(failed)], summary };
}

/** A word on a service that still awaits confirmation. */
export function reminderOf(upgrade: Upgrade, waiting: Rollout): Story {
  const since = waiting.timedFrom?.toISOString() ?? '';
  const lines = [rolloutLine(waiting)];
  const summary = () => `still awaiting confirmation since ${since}. ${whatToDecide(upgrade)}`;
  return { upgrade, lines, counted: lines, summary };
}

function wholeOf({ upgrade, plans, rollouts }: UpgradeRecord): Story | null {
  const blocked = plans.flatMap((plan) => plan.skipped).filter(({ reason }) => isBlocking(reason.code));
  const services = worstFirst([
    ...rollouts.map(rolloutLine),
    ...blocked.map((skipped) => blockedLine(skipped, upgrade)),
  ]);
  const unread = [
    ...unlistedLine(upgrade),
    ...plans.filter((plan) => plan.status === 'failed').map(unreadLine),
  ];
  const lines = [...unread, ...services];
  if (lines.length === 0) return null;
  return { upgrade, lines, counted: lines, summary: (all) => summaryOf(upgrade, all) };
}

function rolloutLine(rollout: Rollout): RolloutLine {
  const { status, reason } = rollout;
  return {
    about: 'rollout',
    id: rollout.id,
    status,
    environment: rollout.environment.name,
    stack: rollout.stack.name,
    service: rollout.name,
    link: rollout.link,
    from: rollout.from,
    to: rollout.to,
    reason: reason && `${reason.message}${status === 'failed' && isLeft(rollout) ? LEFT : ''}`,
    code: reason?.code ?? null,
    notify: rollout.notify,
    ...(status === 'skipped' && reason && isBlocking(reason.code) ? BLOCKED : OUTCOMES[status]),
  };
}

function blockedLine(skipped: Skipped, upgrade: Upgrade): ServiceLine {
  return {
    about: 'service',
    environment: skipped.environment.name,
    stack: skipped.stack.name,
    service: skipped.service.name,
    link: skipped.link,
    from: skipped.running,
    to: upgrade.image,
    reason: skipped.reason.message,
    code: skipped.reason.code,
    notify: skipped.notify ?? null,
    ...BLOCKED,
  };
}

function unreadLine({ environment, outage }: EnvironmentPlan): EnvironmentLine {
  return unreadable(environment.name, UNREAD, outage?.reason ?? null);
}

/** Stands for all environments where not even their list could be had. */
function unlistedLine({ outage, cancelledAt }: Upgrade): readonly EnvironmentLine[] {
  if (!outage) return [];
  const line = unreadable('', cancelledAt ? CANCELLED : outcomeOf(outage.reason), outage.reason);
  return [cancelledAt ? { ...line, tone: 'warning' } : line];
}

function outcomeOf({ code }: Reason): string {
  switch (code) {
    case 'environment.none_selected':
      return NONE_SELECTED;
    case 'internal.error':
      return ABANDONED;
    default:
      return NONE_READ;
  }
}

function unreadable(environment: string, outcome: string, why: Reason | null): EnvironmentLine {
  const reason = { reason: why?.message ?? null, code: why?.code ?? null };
  return { about: 'environment', environment, outcome, ...reason, tone: 'danger' };
}

function worstFirst(lines: readonly StoryLine[]): readonly StoryLine[] {
  return lines.toSorted((a, b) => TONES.indexOf(b.tone) - TONES.indexOf(a.tone));
}

/** "2 of 4 services upgraded, 1 failed, 1 blocked, 1 environment could not be read" */
function summaryOf(upgrade: Upgrade, lines: readonly StoryLine[]): string {
  const services = lines.filter(({ about }) => about !== 'environment');
  const unread = lines.filter(({ about }) => about === 'environment');
  const counts = count(services);
  const done = counts.get(OUTCOMES.finished.outcome) ?? 0;
  counts.delete(OUTCOMES.finished.outcome);
  const parts = [
    services.length === 0 ? 'nothing upgraded' : `${done} of ${counted(services.length, 'service')} upgraded`,
    ...[...counts].map(([outcome, n]) => `${n} ${outcome}`),
    ...[...count(unread)].map(([outcome, n]) =>
      outcome === UNREAD ? `${counted(n, 'environment')} ${outcome}` : outcome,
    ),
  ];
  const unconfirmed = counts.has(OUTCOMES.awaiting_confirmation.outcome);
  return parts.join(', ') + (unconfirmed ? `. ${whatToDecide(upgrade)}` : '');
}

function whatToDecide({ id, options: { confirmWithin, onFailure } }: Upgrade): string {
  const otherwise = onFailure === 'rollback' ? 'it is rolled back' : 'it has failed';
  const limit = confirmWithin === null ? '' : ` Within ${confirmWithin} s: else ${otherwise}.`;
  return `Somebody has to confirm (POST /upgrades/${id}/confirm) or roll back (…/rollback) what is awaiting confirmation: until then Rancher does not restart crashed containers of these services.${limit}`;
}

function count(lines: readonly StoryLine[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { outcome } of lines) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return counts;
}
