import { reason, type Reason } from '../../domain/reasons.js';
import type { Inspection } from '../../domain/service.js';
import type { InstanceResource } from './api/cattle.wire.js';
import type { Blindness } from './blindness.js';
import { containersOf, isMadeByService, isRunning } from './containers.js';
import { LABELS, MAIN_PART } from './labels.js';

/** What an inspection is about, and who looks. */
export interface Inspector {
  /** The service's present revision. */
  readonly revision: string;
  /** Why the key could strip the service of secrets; null: it does not, or it is allowed to. */
  readonly blindness: Blindness | null;
  /** Tells whether an id that a container engine gave is that of the container we run in. */
  isOwn(externalId: string): boolean;
}

/** Where Cattle mounts secrets; it shows even to keys that cannot see them. */
const SECRETS_MOUNT = '/run/secrets';

/** Lists and sums up the containers of a service; sidekicks, which keep their old revision, are listed, not counted. */
export function inspectionOf(instances: readonly InstanceResource[], inspector: Inspector): Inspection {
  const main = instances.filter(isMain);
  const running = main.filter(isRunning);
  const current = running.filter(({ version }) => version === inspector.revision).length;
  const newestMs = Math.max(...main.map(({ createdTS }) => createdTS ?? 0));
  return {
    containers: containersOf(instances),
    current,
    outdated: running.length - current,
    newest: newestMs > 0 ? new Date(newestMs) : null,
    blocked: own(instances, inspector) ?? hiddenSecrets(instances, inspector),
  };
}

function isMain(instance: InstanceResource): boolean {
  return isMadeByService(instance) && (instance.labels?.[LABELS.part] ?? MAIN_PART) === MAIN_PART;
}

function own(instances: readonly InstanceResource[], inspector: Inspector): Reason | null {
  const isOurs = instances.some(({ externalId }) => externalId && inspector.isOwn(externalId));
  return isOurs ? reason('service.self', 'the updater runs in this service and never upgrades itself') : null;
}

function hiddenSecrets(instances: readonly InstanceResource[], { blindness }: Inspector): Reason | null {
  if (blindness === null) return null;
  if (!instances.some(isMain))
    return hidden('no container tells whether the service uses secrets', blindness);
  const uses = instances.some(
    ({ dataVolumeMounts }) => dataVolumeMounts && SECRETS_MOUNT in dataVolumeMounts,
  );
  return uses ? hidden('the service uses secrets', blindness) : null;
}

function hidden(what: string, { why, remedy }: Blindness): Reason {
  const message = `${what}, of which an upgrade could strip it, for the key ${why}; ${remedy}, or set AUTOUPDATE_ALLOW_SECRETS_LOSS=true`;
  return reason('secrets.hidden', message);
}
