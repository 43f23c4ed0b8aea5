import { Injectable } from '@nestjs/common';
import { UpdaterError } from '../common/errors.js';
import { Log } from '../common/log.js';
import type { Hold } from '../domain/upgrade.js';
import { RancherService } from '../rancher/rancher.service.js';
import { UpgradeStore, type ServiceHistory } from '../store/upgrade-store.js';

/** What was rolled out to single services, and what is held back from them. */
@Injectable()
export class HoldService {
  constructor(
    private readonly store: UpgradeStore,
    private readonly rancher: RancherService,
    private readonly log: Log,
  ) {}

  all(): Promise<readonly Hold[]> {
    return this.store.holds();
  }

  /**
   * Everything that is held back from a service is offered to it again.
   *
   * @throws UpdaterError `request.not_found` where nothing is.
   */
  async lift(environment: string, id: string): Promise<void> {
    const service = this.rancher.referenceTo(environment, id);
    const holds = await this.store.holds(service);
    if (holds.length === 0) {
      throw new UpdaterError(
        'request.not_found',
        `nothing is held back from the service ${environment}/${id}`,
      );
    }
    await this.store.commit({ lifted: [service] });
    for (const hold of holds) this.say(hold);
  }

  /** The rollouts of a service, newest first. An `after` that is not from this store throws `request.invalid`. */
  history(environment: string, id: string, limit: number, after?: string): Promise<ServiceHistory> {
    return this.store.historyOf(this.rancher.referenceTo(environment, id), limit, after);
  }

  private say({ environment, stack, name, image }: Hold): void {
    this.log.info(`${name}: ${image} is no longer held back`, {
      service: `${stack.name}/${name}`,
      environment: environment.name,
      environment_id: environment.id,
    });
  }
}
