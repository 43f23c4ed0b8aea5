import type { AuditAction, AuditEntry } from '../domain/audit.js';
import type { Caller } from '../domain/caller.js';
import type { Named } from '../domain/service.js';

/** An entry of the audit as callers see it. */
export interface AuditEntryView {
  readonly id: number;
  readonly at: string;
  readonly action: AuditAction;
  readonly caller: Caller | null;
  readonly request_id: string;
  /** The id of the upgrade; of a hold, of the one that was rolled back. */
  readonly upgrade: string;
  readonly image: string;
  /** Null, as the next three are, where the whole upgrade was meant; of a hold too. */
  readonly rollout: string | null;
  readonly environment: Named | null;
  readonly stack: Named | null;
  readonly service: Named | null;
}

export function auditEntryView(entry: AuditEntry): AuditEntryView {
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    action: entry.action,
    caller: entry.caller,
    request_id: entry.requestId,
    upgrade: entry.upgradeId,
    image: entry.image,
    rollout: entry.rolloutId,
    environment: entry.environment,
    stack: entry.stack,
    service: entry.service,
  };
}
