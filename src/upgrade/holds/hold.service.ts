import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import { Log } from '../../common/log.js';
import type { NewAuditEntry } from '../../domain/audit.js';
import type { Origin } from '../../domain/caller.js';
import type { Hold } from '../../domain/rollout.js';
import { RancherService } from '../../rancher/rancher.service.js';
import { UpgradeStore, type ServiceHistory } from '../../store/upgrade-store.js';
import { auditEntry, originFields } from '../origin.js';

/** What was rolled out to single services, and what is held back from them. */
@Injectable()
export class HoldService {
  constructor(
    private readonly store: UpgradeStore,
    private readonly rancher: RancherService,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  all(): Promise<readonly Hold[]> {
    return this.store.holds();
  }

  /**
   * Everything that is held back from a service is offered to it again, because somebody (`by`) says so.
   *
   * @throws UpdaterError `request.not_found` where nothing is; `request.invalid` where these are no ids.
   */
  async lift(environment: string, id: string, by: Origin): Promise<void> {
    const service = this.rancher.referenceTo(environment, id);
    const holds = await this.store.holds(service);
    if (holds.length === 0) {
      throw new UpdaterError(
        'request.not_found',
        `nothing is held back from the service ${environment}/${id}`,
      );
    }
    // By its image: what is held back meanwhile nobody has seen, and it stays.
    const lifted = holds.map(({ image }) => ({ ...service, image }));
    await this.store.commit({ lifted, audit: holds.map((hold) => this.audited(hold, by)) });
    for (const hold of holds) this.say(hold, by);
  }

  /**
   * The rollouts of a service, newest first.
   *
   * @throws UpdaterError `request.invalid` where these are no ids, or `after` is not from this store.
   */
  async history(environment: string, id: string, limit: number, after?: string): Promise<ServiceHistory> {
    return this.store.historyOf(this.rancher.referenceTo(environment, id), limit, after);
  }

  private audited({ service, environment, stack, name, image, upgradeId }: Hold, by: Origin): NewAuditEntry {
    const place = { environment, stack, service: { id: service.id, name } };
    return auditEntry('lift_hold', by, this.clock.now(), { upgradeId, image, ...place });
  }

  private say({ environment, stack, name, image }: Hold, by: Origin): void {
    this.log.info(`${name}: ${image} is no longer held back`, {
      service: `${stack.name}/${name}`,
      environment: environment.name,
      environment_id: environment.id,
      ...originFields(by),
    });
  }
}
