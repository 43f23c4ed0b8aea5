import type { NewAuditEntry } from '../../src/domain/audit.js';
import type { Hold } from '../../src/domain/rollout.js';
import type { NewEntry } from '../../src/domain/upgrade.js';
import type { IdempotencyKey } from '../../src/store/upgrade-store.js';
import { ALICE, aRollout, NOON } from './records.js';

/** Rollout `r1` of upgrade `u1` has begun. */
export function anEntry(overrides: Partial<NewEntry> = {}): NewEntry {
  return {
    at: NOON,
    upgradeId: 'u1',
    rolloutId: 'r1',
    status: 'upgrading',
    message: 'started',
    reason: null,
    ...overrides,
  };
}

/** Alice has asked for upgrade `u1`. */
export function anAuditEntry(overrides: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return {
    at: NOON,
    action: 'upgrade',
    ...ALICE,
    upgradeId: 'u1',
    image: 'registry.acme.io/shop/web:2.1.0',
    rolloutId: null,
    environment: null,
    stack: null,
    service: null,
    ...overrides,
  };
}

/** 2.1.0 is held back from service `1s7`: upgrade `u1` was rolled back there. */
export function aHold(overrides: Partial<Hold> = {}): Hold {
  const { service, environment, stack, name, to } = aRollout();
  return { service, environment, stack, name, image: to, since: NOON, upgradeId: 'u1', ...overrides };
}

/** Upgrade `u1` was asked for under the key `k1`. */
export function aKey(overrides: Partial<IdempotencyKey> = {}): IdempotencyKey {
  return { key: 'k1', fingerprint: 'what was asked', upgradeId: 'u1', createdAt: NOON, ...overrides };
}
