import type { Fields } from '../common/log.js';
import type { AuditAction, NewAuditEntry } from '../domain/audit.js';
import { wordFor, type Origin } from '../domain/caller.js';

/** Whose request something goes back to, for the log. */
export function originFields({ requestId, caller }: Origin): Fields {
  return { request: requestId, caller: wordFor(caller) };
}

/** For people: that somebody has asked for it, by name where that is known. */
export function askedBy({ caller }: Origin): string {
  return `${caller?.name ?? 'somebody'} asked for it`;
}

/**
 * The caller's own name for a request, as it is stored: callers with a name have their keys for themselves. There is no
 * space in a key, so that no two callers' are the same.
 */
export function ownKey(key: string | null, { caller }: Pick<Origin, 'caller'>): string | null {
  const name = caller?.name ?? null;
  return key === null || name === null ? key : `${name} ${key}`;
}

/** What an entry of the audit is about; what is not said is null. */
type About = Pick<NewAuditEntry, 'upgradeId' | 'image'> &
  Partial<Pick<NewAuditEntry, 'rolloutId' | 'environment' | 'stack' | 'service'>>;

/** What somebody has done, for the audit. */
export function auditEntry(
  action: AuditAction,
  { requestId, caller }: Origin,
  at: Date,
  about: About,
): NewAuditEntry {
  const nowhere = { rolloutId: null, environment: null, stack: null, service: null };
  return { at, action, requestId, caller, ...nowhere, ...about };
}
