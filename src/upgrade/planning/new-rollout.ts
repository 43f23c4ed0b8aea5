import { randomUUID } from 'node:crypto';
import {
  atVersionOf,
  checkedReference,
  formatImageReference,
  type ImageReference,
} from '../../domain/image-reference.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Service } from '../../domain/service.js';
import type { Skipped, Upgrade } from '../../domain/upgrade.js';
import { notifyLabel, resolved, type Defaults } from '../options.js';
import { recreatedSidekicks } from '../judging/judge.js';
import type { Seen } from '../judging/judgement.js';

/** What a rollout is made of. */
export interface NewRolloutParts {
  readonly upgrade: Upgrade;
  readonly published: ImageReference;
  readonly seen: Seen;
  /** Why it has to wait; null: it has not. */
  readonly reason: Rollout['reason'];
  readonly defaults: Defaults;
}

/** The rollout of a service that is to be upgraded, queued. */
export function newRollout({ upgrade, published, seen, reason, defaults }: NewRolloutParts): Rollout {
  const { service, now } = seen;
  const { options } = upgrade;
  const from = service.image ?? '';
  return {
    id: randomUUID(),
    upgradeId: upgrade.id,
    requestId: upgrade.requestId,
    caller: upgrade.caller,
    service: service.ref,
    environment: service.environment,
    stack: service.stack,
    name: service.name,
    link: service.link,
    from,
    to: formatImageReference(atVersionOf(checkedReference(from), published)),
    recreated: recreatedSidekicks(service),
    status: 'queued',
    reason,
    attempt: null,
    revision: null,
    confirm: options.confirm,
    startFirst: options.startFirst,
    ignoreHold: options.ignoreHold,
    confirmWithin: options.confirmWithin,
    ...resolved(options, service.labels, defaults),
    notify: notifyLabel(service.labels),
    startedAt: null,
    timedFrom: null,
    proof: null,
    undoing: null,
    watchedUntil: null,
    reminders: 0,
    supersededBy: null,
    finishedAt: null,
    dueAt: now,
    busySince: null,
    outage: null,
    unseenMs: 0,
    bakedMs: 0,
    version: 0,
  };
}

/** A service that is left as it is. */
export function skippedOf(service: Service, running: string, reason: Skipped['reason']): Skipped {
  const notify = notifyLabel(service.labels);
  return {
    environment: service.environment,
    stack: service.stack,
    service: { id: service.ref.id, name: service.name },
    link: service.link,
    running,
    reason,
    ...(notify && { notify }),
  };
}
