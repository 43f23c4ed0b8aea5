import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import { Clock } from '../common/clock.js';
import { type Rollout, ROLLOUT_STATUSES, type RolloutStatus } from '../domain/rollout.js';
import {
  type EnvironmentPlan,
  type Upgrade,
  UPGRADE_STATUSES,
  type UpgradeStatus,
} from '../domain/upgrade.js';
import { UpgradeStore, type Written } from '../store/upgrade-store.js';
import { COURSES } from './buckets.js';
import { FirstCalls } from './first-calls.js';
import { Meter } from './meter.js';

const GOING_ON: ReadonlySet<UpgradeStatus | RolloutStatus> = new Set([
  'running',
  'queued',
  'upgrading',
  'awaiting_confirmation',
  'finishing',
  'rolling_back',
]);

/** What comes of upgrades and their rollouts, as the store is told. Nothing of before the start is counted again. */
@Injectable()
export class UpgradeMeter extends Meter {
  private readonly firstCalls = new FirstCalls();
  /** Rollouts that have failed, and are watched still. */
  private readonly failed = new Set<string>();
  private readonly finishing = new Map<string, number>();
  private since = new Date(0);
  private readonly accepted;
  private readonly upgrades;
  private readonly duration;
  private readonly firstCall;
  private readonly rollouts;
  private readonly reasons;
  private readonly rolloutDuration;
  private readonly finish;
  private readonly skipped;

  constructor(
    registry: Registry,
    private readonly store: UpgradeStore,
    private readonly clock: Clock,
  ) {
    super();
    const registers = [registry];
    this.accepted = new Counter({
      name: 'updater_upgrades_accepted_total',
      help: 'Upgrades that were accepted',
      registers,
    });
    this.upgrades = new Counter({
      name: 'updater_upgrades_total',
      help: 'Upgrades that have ended, by outcome',
      labelNames: ['outcome'],
      registers,
    });
    this.duration = new Histogram({
      name: 'updater_upgrade_duration_seconds',
      help: 'From the acceptance of an upgrade to its end',
      labelNames: ['outcome'],
      buckets: COURSES,
      registers,
    });
    this.firstCall = new Histogram({
      name: 'updater_upgrade_first_call_seconds',
      help: 'From the acceptance of an upgrade to the first start that Rancher is asked for',
      buckets: COURSES,
      registers,
    });
    this.rollouts = new Counter({
      name: 'updater_rollouts_total',
      help: 'Rollouts that have ended, by outcome',
      labelNames: ['outcome'],
      registers,
    });
    this.reasons = new Counter({
      name: 'updater_rollout_reasons_total',
      help: 'Rollouts that have ended with a reason, by outcome and reason code',
      labelNames: ['outcome', 'reason'],
      registers,
    });
    this.rolloutDuration = new Histogram({
      name: 'updater_rollout_duration_seconds',
      help: 'From the start of a rollout to its end',
      labelNames: ['outcome'],
      buckets: COURSES,
      registers,
    });
    this.finish = new Histogram({
      name: 'updater_rollout_finish_seconds',
      help: 'From the decision to finish a rollout until Rancher has finished it',
      buckets: COURSES,
      registers,
    });
    this.skipped = new Counter({
      name: 'updater_services_skipped_total',
      help: 'Services that run the image and were left as they are, by reason code',
      labelNames: ['reason'],
      registers,
    });
    for (const outcome of UPGRADE_STATUSES) if (!GOING_ON.has(outcome)) this.upgrades.inc({ outcome }, 0);
    for (const outcome of ROLLOUT_STATUSES) if (!GOING_ON.has(outcome)) this.rollouts.inc({ outcome }, 0);
  }

  override onModuleInit(): void {
    this.since = this.clock.now();
    this.follow(this.store.changes$, (change) => this.take(change));
  }

  private take(change: Written): void {
    const { upgrade, plans = [], rollouts = [], journal } = change;
    for (const seconds of this.firstCalls.in(change)) this.firstCall.observe(seconds);
    for (const plan of plans) this.takePlan(plan);
    for (const rollout of rollouts) this.takeRollout(rollout);
    if (upgrade?.version === 1) this.accepted.inc();
    const isNews = journal.some(({ rolloutId }) => rolloutId === null);
    if (upgrade && isNews) this.takeUpgrade(upgrade);
  }

  private takeUpgrade({ status: outcome, createdAt, finishedAt }: Upgrade): void {
    if (finishedAt === null) return;
    this.upgrades.inc({ outcome });
    this.duration.observe({ outcome }, secondsBetween(createdAt, finishedAt));
  }

  private takePlan({ status, skipped }: EnvironmentPlan): void {
    if (status !== 'planned') return;
    const counts = new Map<string, number>();
    for (const { reason } of skipped) counts.set(reason.code, (counts.get(reason.code) ?? 0) + 1);
    for (const [reason, count] of counts) this.skipped.inc({ reason }, count);
  }

  private takeRollout(rollout: Rollout): void {
    const { id, status: outcome, reason, startedAt, finishedAt } = rollout;
    this.takeFinish(rollout);
    const isNews = finishedAt !== null && finishedAt >= this.since && !this.failed.has(id);
    if (outcome === 'failed' && rollout.watchedUntil !== null) this.failed.add(id);
    else this.failed.delete(id);
    if (GOING_ON.has(outcome) || !isNews) return;
    this.rollouts.inc({ outcome });
    if (reason) this.reasons.inc({ outcome, reason: reason.code });
    if (startedAt) this.rolloutDuration.observe({ outcome }, secondsBetween(startedAt, finishedAt));
  }

  private takeFinish({ id, status }: Rollout): void {
    const now = this.clock.monotonicMs();
    const began = this.finishing.get(id);
    if (status === 'finishing') return void this.finishing.set(id, began ?? now);
    if (status === 'finished' && began !== undefined) this.finish.observe((now - began) / 1000);
    this.finishing.delete(id);
  }
}

function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1000;
}
