import type { Origin } from '../../src/domain/caller.js';
import type { EnvironmentLine, Notice, RolloutLine, UpgradeLine } from '../../src/domain/notice.js';
import type { Outage, Rollout } from '../../src/domain/rollout.js';
import type { EnvironmentPlan, Skipped, Upgrade, UpgradeOptions } from '../../src/domain/upgrade.js';
import type { OutboxItem } from '../../src/store/upgrade-store.js';

/** The moment at which the records of these factories were made; a test's clock best begins here. */
export const NOON = new Date('2026-03-02T12:00:00.000Z');

/** A moment some seconds after `NOON`. */
export function noonPlus(seconds: number): Date {
  return new Date(NOON.getTime() + seconds * 1000);
}

/** A request of somebody whom the gateway knows. */
export const ALICE: Origin = { requestId: 'request-1', caller: { name: 'alice', address: '10.0.0.7' } };

/** An upgrade just accepted and not yet stored: no environment is planned, planning is due at once. */
export function anUpgrade(overrides: Partial<Upgrade> = {}): Upgrade {
  return {
    id: 'u1',
    image: 'registry.acme.io/shop/web:2.1.0',
    repository: 'registry.acme.io/shop/web',
    options: anOptions(),
    ...ALICE,
    status: 'running',
    createdAt: NOON,
    finishedAt: null,
    planAt: NOON,
    outage: null,
    cancelledAt: null,
    failures: 0,
    alarmed: [],
    version: 0,
    ...overrides,
  };
}

/** Confirmed by the updater, 30 s, and nothing else said. */
export function anOptions(overrides: Partial<UpgradeOptions> = {}): UpgradeOptions {
  return {
    confirm: true,
    startFirst: false,
    timeout: 30,
    onFailure: null,
    leftover: null,
    ignoreHold: false,
    confirmWithin: null,
    maxFailures: null,
    maxParallel: null,
    ...overrides,
  };
}

/** Rancher has not answered once, at noon. */
export function anOutage(overrides: Partial<Outage> = {}): Outage {
  const reason = { code: 'rancher.unreachable', message: 'Rancher does not answer' } as const;
  return { since: NOON, attempts: 1, reason, retryAt: noonPlus(2), ...overrides };
}

/** What environment `production` had to say to upgrade `u1`: it is planned, nothing was skipped. */
export function aPlan(overrides: Partial<EnvironmentPlan> = {}): EnvironmentPlan {
  return {
    upgradeId: 'u1',
    environment: { backend: 'cattle', id: '1a5', name: 'production' },
    status: 'planned',
    outage: null,
    skipped: [],
    ...overrides,
  };
}

/** A service that already runs the version published. */
export function aSkipped(overrides: Partial<Skipped> = {}): Skipped {
  return {
    environment: { id: '1a5', name: 'production' },
    stack: { id: '1st3', name: 'shop' },
    service: { id: '1s8', name: 'worker' },
    link: 'https://rancher.acme.io/env/1a5/apps/stacks/1st3/services/1s8',
    running: 'registry.acme.io/shop/web:2.1.0',
    reason: { code: 'version.not_newer', message: '2.1.0 is not newer than 2.1.0' },
    ...overrides,
  };
}

/** A rollout of upgrade `u1` to service `1s7`, queued, due and not yet stored. */
export function aRollout(overrides: Partial<Rollout> = {}): Rollout {
  return {
    id: 'r1',
    upgradeId: 'u1',
    ...ALICE,
    service: { backend: 'cattle', environment: '1a5', id: '1s7' },
    environment: { id: '1a5', name: 'production' },
    stack: { id: '1st3', name: 'shop' },
    name: 'web',
    link: 'https://rancher.acme.io/env/1a5/apps/stacks/1st3/services/1s7',
    from: 'registry.acme.io/shop/web:2.0.4',
    to: 'registry.acme.io/shop/web:2.1.0',
    recreated: [],
    status: 'queued',
    reason: null,
    attempt: null,
    revision: null,
    confirm: true,
    startFirst: false,
    timeout: 30,
    onFailure: 'leave',
    leftover: 'refuse',
    ignoreHold: false,
    confirmWithin: null,
    bake: 0,
    notify: null,
    startedAt: null,
    timedFrom: null,
    proof: null,
    undoing: null,
    watchedUntil: null,
    reminders: 0,
    supersededBy: null,
    finishedAt: null,
    dueAt: NOON,
    busySince: null,
    outage: null,
    unseenMs: 0,
    bakedMs: 0,
    version: 0,
    ...overrides,
  };
}

/** What people are told when upgrade `u1` went well. */
export function aNotice(overrides: Partial<Notice> = {}): Notice {
  return {
    id: 'n1',
    at: NOON.toISOString(),
    kind: 'upgrade',
    upgradeId: 'u1',
    image: 'registry.acme.io/shop/web:2.1.0',
    status: 'succeeded',
    caller: null,
    requestId: 'request-1',
    tone: 'info',
    summary: '1 of 1 services done',
    lines: [aLine()],
    more: 0,
    digest: null,
    ...overrides,
  };
}

/** Service `web` of production was upgraded. */
export function aLine(overrides: Partial<RolloutLine> = {}): RolloutLine {
  return {
    about: 'rollout',
    id: 'r1',
    status: 'finished',
    environment: 'production',
    stack: 'shop',
    service: 'web',
    link: 'https://rancher.acme.io/env/1a5/apps/stacks/1st3/services/1s7',
    from: 'registry.acme.io/shop/web:2.0.4',
    to: 'registry.acme.io/shop/web:2.1.0',
    outcome: 'finished',
    reason: null,
    code: null,
    tone: 'info',
    notify: null,
    ...overrides,
  };
}

/** Environment `staging` could not be read. */
export function anUnreadLine(overrides: Partial<EnvironmentLine> = {}): EnvironmentLine {
  return {
    about: 'environment',
    environment: 'staging',
    outcome: 'could not be read',
    reason: 'HTTP 502',
    code: 'rancher.error',
    tone: 'danger',
    ...overrides,
  };
}

/** Upgrade `u9` has failed, in a digest. */
export function anUpgradeLine(): UpgradeLine {
  return {
    about: 'upgrade',
    id: 'u9',
    image: 'registry.acme.io/shop/web:9.0.0',
    status: 'failed',
    outcome: 'failed',
    summary: '1 of 1 services failed',
    tone: 'danger',
  };
}

/** A notice to Slack that nobody has tried to deliver yet, due at once. */
export function anOutboxItem(overrides: Partial<OutboxItem> = {}): OutboxItem {
  return {
    id: 'o1',
    channel: 'slack',
    payload: aNotice(),
    createdAt: NOON,
    attempts: 0,
    dueAt: NOON,
    ...overrides,
  };
}
