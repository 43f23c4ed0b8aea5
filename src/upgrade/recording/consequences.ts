import type { Rollout } from '../../domain/rollout.js';
import type { TallyRow, Upgrade, UpgradeStatus } from '../../domain/upgrade.js';
import type { Channel } from '../../notify/channel.js';
import type { Change, Standing, UpgradeRecord } from '../../store/upgrade-store.js';
import {
  isEnded,
  isFailure,
  isSettled,
  messageOf,
  movingIn,
  statusOf,
  tallyOf,
  without,
} from '../summary.js';
import { addressed, type Addressed } from '../telling/addressing.js';
import { failureOf, firstFailureOf, reminderOf, storyOf, type Story } from '../telling/notices.js';

/** What is written together with a step: the upgrade where it changes, the entry for its status, and notices. */
export type Consequences = Pick<Change, 'upgrade' | 'outbox' | 'journal'>;

/** When it happens, whom to tell, and the ids of notices. */
export interface Telling {
  readonly now: Date;
  readonly channels: readonly Channel[];
  readonly newId: () => string;
}

/** Whether a step of a rollout means nothing for its upgrade, however that stands. */
export function meansNothing(before: Rollout, moved: Rollout): boolean {
  if (moved.reminders > before.reminders) return false;
  return before.status === moved.status || (canStillMove(before) && canStillMove(moved) && !isFailing(moved));
}

/**
 * What a rollout's step means for its upgrade. `stored`, `find`: where the upgrade stands, and all of it, before the step.
 */
export async function consequencesOf(
  [before, moved]: readonly [Rollout, Rollout],
  stored: Standing,
  find: () => Promise<UpgradeRecord>,
  telling: Telling,
): Promise<Consequences> {
  if (meansNothing(before, moved)) return {};
  const { upgrade, tally: others } = without(stored, before);
  if (moved.reminders > before.reminders) return put(noticesOf(reminderOf(upgrade, moved), telling), telling);
  const whole = async () => withRollout(await find(), moved);
  const settlement = await settlementOf(upgrade, [...others, ...tallyOf([moved])], whole, telling);
  if (settlement.upgrade) return settlement;
  const goesOn = movingIn(others) > 0 || upgrade.planAt !== null;
  const fails = isFailure(moved.status, moved.reason?.code ?? null) || isFailing(moved);
  return goesOn && fails && !isFailing(before) ? warnedOf(moved, upgrade, whole, telling) : {};
}

/**
 * An early word on a failure, to the channels that were told of nothing bad before. Reads the whole upgrade only if there
 * are any.
 */
async function warnedOf(
  failed: Rollout,
  upgrade: Upgrade,
  whole: () => Promise<UpgradeRecord>,
  telling: Telling,
): Promise<Consequences> {
  const { alarmed } = upgrade;
  const news = (story: Story | null) =>
    noticesOf(story, telling).filter(({ channel }) => !alarmed.includes(channel));
  if (news(failureOf(upgrade, failed)).length === 0) return {};
  const notices = news(firstFailureOf(await whole(), failed));
  return { upgrade: { ...upgrade, alarmed: alarmedBy(upgrade, notices) }, ...put(notices, telling) };
}

/**
 * What is written when the status that follows from `tally` is not the upgrade's: the upgrade, and notices once it settles.
 * `whole`: its plans and rollouts after the step.
 */
export async function settlementOf(
  upgrade: Upgrade,
  tally: readonly TallyRow[],
  whole: () => Promise<Omit<UpgradeRecord, 'upgrade'>>,
  telling: Telling,
): Promise<Consequences> {
  const status = statusOf(upgrade, tally);
  if (status === upgrade.status) return {};
  const settled = { ...upgrade, status, finishedAt: isEnded(status) ? telling.now : null };
  const record = { ...(await whole()), upgrade: settled };
  const isNews = isSettled(status) && (!isSettled(upgrade.status) || isBad(status));
  const about = { at: telling.now, upgradeId: upgrade.id, rolloutId: null, reason: null };
  const notices = noticesOf(isNews ? storyOf(record) : null, telling);
  return {
    upgrade: { ...settled, alarmed: alarmedBy(upgrade, notices) },
    journal: [{ ...about, status, message: messageOf(record) }],
    ...put(notices, telling),
  };
}

function noticesOf(story: Story | null, { now, channels, newId }: Telling): readonly Addressed[] {
  return story ? addressed(story, channels, now, newId) : [];
}

function put(notices: readonly Addressed[], { now }: Telling): Pick<Change, 'outbox'> {
  if (notices.length === 0) return {};
  const fresh = { createdAt: now, attempts: 0, dueAt: now };
  return {
    outbox: notices.map(({ channel, notice }) => ({ id: notice.id, channel, payload: notice, ...fresh })),
  };
}

function alarmedBy({ alarmed }: Upgrade, notices: readonly Addressed[]): readonly string[] {
  const bad = notices.filter(({ notice }) => notice.tone === 'danger').map(({ channel }) => channel);
  return [...new Set([...alarmed, ...bad])];
}

function withRollout(record: UpgradeRecord, moved: Rollout): UpgradeRecord {
  const rollouts = record.rollouts.map((rollout) => (rollout.id === moved.id ? moved : rollout));
  return { ...record, rollouts };
}

/** It has failed, and is being taken back. */
function isFailing({ status, undoing }: Rollout): boolean {
  const isAsked = undoing?.because.code === 'rollout.rollback_asked';
  return status === 'rolling_back' && undoing?.as === 'rolled_back' && !isAsked;
}

/** What people are told of though they were told before that the upgrade awaits confirmation. */
function isBad(status: UpgradeStatus): boolean {
  return status !== 'awaiting_confirmation' && status !== 'succeeded';
}

function canStillMove(rollout: Rollout): boolean {
  return movingIn(tallyOf([rollout])) > 0;
}
