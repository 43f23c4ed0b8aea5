import { UpdaterError } from '../common/errors.js';
import type { UpgradeRecord, UpgradeStore } from '../store/upgrade-store.js';

/**
 * The record of an upgrade that somebody names.
 *
 * @throws UpdaterError `request.not_found`
 */
export async function foundUpgrade(store: UpgradeStore, upgradeId: string): Promise<UpgradeRecord> {
  const record = await store.find(upgradeId);
  if (record) return record;
  throw notFound('upgrade', upgradeId);
}

export function notFound(what: 'upgrade' | 'rollout', id: string): UpdaterError {
  return new UpdaterError('request.not_found', `there is no ${what} ${JSON.stringify(id)}`);
}
