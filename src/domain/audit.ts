import type { Origin } from './caller.js';
import type { Named } from './service.js';

/** What people do that changes something, or is meant to. */
export const AUDIT_ACTIONS = ['upgrade', 'confirm', 'rollback', 'cancel', 'lift_hold'] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What somebody has done, and to what. It says all by itself, for it is kept when the upgrade is not any more. */
export interface AuditEntry extends Origin {
  readonly id: number;
  readonly at: Date;
  readonly action: AuditAction;
  /** Of a hold: the upgrade that had been rolled back. */
  readonly upgradeId: string;
  readonly image: string;
  /** One service and its rollout, where not the whole upgrade is meant; of a hold the service alone. */
  readonly rolloutId: string | null;
  readonly environment: Named | null;
  readonly stack: Named | null;
  readonly service: Named | null;
}

/** An entry before the store has numbered it. */
export type NewAuditEntry = Omit<AuditEntry, 'id'>;
