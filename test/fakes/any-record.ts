import * as fc from 'fast-check';
import { AUDIT_ACTIONS, type NewAuditEntry } from '../../src/domain/audit.js';
import type { Caller } from '../../src/domain/caller.js';
import { REASON_CODES, type Reason } from '../../src/domain/reasons.js';
import {
  LEFTOVER,
  ON_FAILURE,
  ROLLOUT_STATUSES,
  type Attempt,
  type Hold,
  type Outage,
  type Proof,
  type Rollout,
  type Undoing,
} from '../../src/domain/rollout.js';
import type { Named, ServiceRef } from '../../src/domain/service.js';
import {
  UPGRADE_STATUSES,
  type EnvironmentPlan,
  type NewEntry,
  type Skipped,
  type Upgrade,
  type UpgradeOptions,
} from '../../src/domain/upgrade.js';
import type { IdempotencyKey, OutboxItem } from '../../src/store/upgrade-store.js';

/** Text that storages like to spoil: ends of strings, escapes, quotes, halves of characters, what looks like SQL. */
const TRICKY = [
  '\0',
  '\u0010',
  '\u00100000',
  '\\',
  '\\u0000',
  '"',
  "'",
  '%',
  '\n',
  '\u2028',
  '\ufeff',
  '\uffff',
  '\ud83d',
  '\ude00',
  '😀',
  'e\u0301',
  '',
  'null',
  '{}',
  '--',
  '?',
];

/** Any string at all, tricky ones often. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.oneof(fc.constantFrom(...TRICKY), fc.string())).map((parts) => parts.join('')),
);

/** Any moment from year -271821 to 275760. */
const anyDate = fc.date({ noInvalidDate: true });
const anyNumber = fc.maxSafeNat();
const anyReason: fc.Arbitrary<Reason> = fc.record({
  code: fc.constantFrom(...REASON_CODES),
  message: anyText,
});
const anyNamed: fc.Arbitrary<Named> = fc.record({ id: anyText, name: anyText });
const anyService: fc.Arbitrary<ServiceRef> = fc.record({
  backend: anyText,
  environment: anyText,
  id: anyText,
});
const anyCaller: fc.Arbitrary<Caller> = fc.record({ name: orNull(anyText), address: anyText });
const anyOutage: fc.Arbitrary<Outage> = fc.record({
  since: anyDate,
  attempts: anyNumber,
  reason: anyReason,
  retryAt: anyDate,
});

const anyAttempt: fc.Arbitrary<Attempt> = fc.record({
  at: anyDate,
  revision: anyText,
  image: anyText,
  count: anyNumber,
  open: fc.boolean(),
  last: orNull(anyText),
  restoring: fc.boolean(),
});

const anyProof: fc.Arbitrary<Proof> = fc.record({
  inspectedAt: anyDate,
  soundSince: orNull(anyDate),
  starts: fc.array(fc.record({ container: anyText, count: anyNumber, at: anyDate })),
});

const anyUndoing: fc.Arbitrary<Undoing> = fc.record({
  at: anyDate,
  because: anyReason,
  old: fc.array(anyText),
  accepted: fc.boolean(),
  holds: fc.boolean(),
  as: fc.constantFrom('rolled_back', 'cancelled'),
});

const anyOptions: fc.Arbitrary<UpgradeOptions> = fc.record({
  confirm: fc.boolean(),
  startFirst: fc.boolean(),
  timeout: orNull(anyNumber),
  onFailure: orNull(fc.constantFrom(...ON_FAILURE)),
  leftover: orNull(fc.constantFrom(...LEFTOVER)),
  ignoreHold: fc.boolean(),
  confirmWithin: orNull(anyNumber),
  maxFailures: orNull(anyNumber),
  maxParallel: orNull(anyNumber),
});

const anySkipped: fc.Arbitrary<Skipped> = fc.record(
  {
    environment: anyNamed,
    stack: anyNamed,
    service: anyNamed,
    link: anyText,
    running: anyText,
    reason: anyReason,
    notify: fc.array(anyText),
  },
  { requiredKeys: ['environment', 'stack', 'service', 'link', 'running', 'reason'] },
);

/** Any upgrade `u1` not yet stored; `null` wherever it may stand. */
export const anyUpgrade: fc.Arbitrary<Upgrade> = fc.record({
  id: fc.constant('u1'),
  image: anyText,
  repository: anyText,
  options: anyOptions,
  requestId: anyText,
  caller: orNull(anyCaller),
  status: fc.constantFrom(...UPGRADE_STATUSES),
  createdAt: anyDate,
  finishedAt: orNull(anyDate),
  planAt: orNull(anyDate),
  outage: orNull(anyOutage),
  cancelledAt: orNull(anyDate),
  failures: anyNumber,
  alarmed: fc.array(anyText),
  version: fc.constant(0),
});

/** Any plan of upgrade `u1`. */
export const anyPlan: fc.Arbitrary<EnvironmentPlan> = fc.record({
  upgradeId: fc.constant('u1'),
  environment: fc.record({ backend: anyText, id: anyText, name: anyText }),
  status: fc.constantFrom('pending', 'planned', 'failed'),
  outage: orNull(anyOutage),
  skipped: fc.array(anySkipped),
});

/** Any rollout `r1` of upgrade `u1` not yet stored. */
export const anyRollout: fc.Arbitrary<Rollout> = fc.record({
  id: fc.constant('r1'),
  upgradeId: fc.constant('u1'),
  requestId: anyText,
  caller: orNull(anyCaller),
  service: anyService,
  environment: anyNamed,
  stack: anyNamed,
  name: anyText,
  link: anyText,
  from: anyText,
  to: anyText,
  recreated: fc.array(anyText),
  status: fc.constantFrom(...ROLLOUT_STATUSES),
  reason: orNull(anyReason),
  attempt: orNull(anyAttempt),
  revision: orNull(anyText),
  confirm: fc.boolean(),
  startFirst: fc.boolean(),
  timeout: anyNumber,
  onFailure: fc.constantFrom(...ON_FAILURE),
  leftover: fc.constantFrom(...LEFTOVER),
  ignoreHold: fc.boolean(),
  confirmWithin: orNull(anyNumber),
  bake: anyNumber,
  notify: orNull(fc.array(anyText)),
  startedAt: orNull(anyDate),
  timedFrom: orNull(anyDate),
  proof: orNull(anyProof),
  undoing: orNull(anyUndoing),
  watchedUntil: orNull(anyDate),
  reminders: anyNumber,
  supersededBy: orNull(anyText),
  finishedAt: orNull(anyDate),
  dueAt: anyDate,
  busySince: orNull(anyDate),
  outage: orNull(anyOutage),
  unseenMs: anyNumber,
  bakedMs: anyNumber,
  version: fc.constant(0),
});

/** Any outbox item `o1` that is due sooner or later; its payload is any JSON. */
export const anyOutboxItem: fc.Arbitrary<OutboxItem> = fc.record({
  id: fc.constant('o1'),
  channel: anyText,
  payload: fc.json().map((text) => JSON.parse(text) as unknown),
  createdAt: anyDate,
  attempts: anyNumber,
  dueAt: anyDate,
});

/** Any entry about upgrade `u1`. */
export const anyEntry: fc.Arbitrary<NewEntry> = fc.record({
  at: anyDate,
  upgradeId: fc.constant('u1'),
  rolloutId: orNull(anyText),
  status: fc.constantFrom(...UPGRADE_STATUSES, ...ROLLOUT_STATUSES),
  message: anyText,
  reason: orNull(anyReason),
});

/** Anything that anybody has done. */
export const anyAuditEntry: fc.Arbitrary<NewAuditEntry> = fc.record({
  at: anyDate,
  action: fc.constantFrom(...AUDIT_ACTIONS),
  requestId: anyText,
  caller: orNull(anyCaller),
  upgradeId: anyText,
  image: anyText,
  rolloutId: orNull(anyText),
  environment: orNull(anyNamed),
  stack: orNull(anyNamed),
  service: orNull(anyNamed),
});

/** Anything held back from any service. */
export const anyHold: fc.Arbitrary<Hold> = fc.record({
  service: anyService,
  environment: anyNamed,
  stack: anyNamed,
  name: anyText,
  image: anyText,
  since: anyDate,
  upgradeId: anyText,
});

/** Any key of upgrade `u1`. */
export const anyKey: fc.Arbitrary<IdempotencyKey> = fc.record({
  key: anyText,
  fingerprint: anyText,
  upgradeId: fc.constant('u1'),
  createdAt: anyDate,
});

function orNull<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(value, { nil: null });
}
