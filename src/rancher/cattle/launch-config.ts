import type { StartOrder } from '../rancher.backend.js';
import type { ServiceResource } from './api/cattle.wire.js';
import { imageUuidOf } from './service-view.js';

/** Read by the agent on the hosts; without it a host may start an old image that has the name already. */
const PULL_LABEL = 'io.rancher.container.pull_image';

const BATCH_SIZE = { usual: 1, least: 1 };
const INTERVAL_MS = { usual: 2000, least: 100 };

/**
 * What to send to start an upgrade. Cattle replaces the whole `launchConfig`, so it goes back as it came but for the
 * image; sidekicks that are not sent keep theirs.
 */
export function upgradeBody(service: ServiceResource, order: StartOrder): object {
  const last = service.upgrade?.inServiceStrategy;
  const launchConfig = structuredClone(service.launchConfig);
  return {
    inServiceStrategy: {
      batchSize: atLeast(BATCH_SIZE, last?.batchSize),
      intervalMillis: atLeast(INTERVAL_MS, last?.intervalMillis),
      startFirst: order.startFirst,
      launchConfig: {
        ...launchConfig,
        imageUuid: imageUuidOf(order.image),
        ...(order.pull && { labels: { ...launchConfig?.labels, [PULL_LABEL]: 'always' } }),
      },
    },
  };
}

/** Cattle refuses less than the least. */
function atLeast(limits: { usual: number; least: number }, last: number | null | undefined): number {
  return Number.isInteger(last) && Number(last) >= limits.least ? Number(last) : limits.usual;
}
