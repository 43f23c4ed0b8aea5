import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { UpdaterError } from '../../common/errors.js';
import type { Inspection, Named, Service, ServiceRef, Sighting } from '../../domain/service.js';
import { type Check, RancherBackend, type StartOrder } from '../rancher.backend.js';
import { CattleClient } from './api/cattle.client.js';
import { isService } from './api/cattle.wire.js';
import { CattleEnvironments } from './cattle.environments.js';
import { CATTLE, CattleServices, pathOf } from './cattle.services.js';
import { checksAfter, checksOf } from './checks.js';
import { upgradeBody } from './launch-config.js';
import { observing } from './observing.js';

const CHECK_MS = 10_000;

/** Rancher 1.6, whose server is called Cattle. */
@Injectable()
export class CattleBackend extends RancherBackend {
  override readonly name = CATTLE;

  constructor(
    private readonly client: CattleClient,
    private readonly visibleEnvironments: CattleEnvironments,
    private readonly services: CattleServices,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async environments(signal?: AbortSignal): Promise<readonly Named[]> {
    const environments = await this.visibleEnvironments.list({ signal });
    return environments.filter(({ isSelected }) => isSelected).map(({ id, name }) => ({ id, name }));
  }

  override candidates(
    environment: Named,
    repository: string,
    signal?: AbortSignal,
  ): Promise<readonly Service[]> {
    return this.services.running(environment, repository, signal);
  }

  override look(service: ServiceRef, signal?: AbortSignal): Promise<Service> {
    return this.services.look(service, signal);
  }

  override inspect(service: Service, signal?: AbortSignal): Promise<Inspection> {
    return this.services.inspect(service, signal);
  }

  override observe(service: ServiceRef, signal: AbortSignal): AsyncIterable<Sighting> {
    return observing(() => this.services.look(service, signal), this.clock, signal);
  }

  /** Sends back the `launchConfig` that the look answering this `service` has found. */
  override async start(service: Service, order: StartOrder): Promise<string> {
    const found = this.services.resourceOf(service);
    if (!found)
      throw new UpdaterError('rancher.conflict', `${service.name} must be looked at before a start`);
    const started = await this.client.act(pathOf(service.ref), 'upgrade', upgradeBody(found, order));
    const revision = isService(started) ? (started.launchConfig?.version ?? '') : '';
    if (revision !== '' && revision !== service.revision) return revision;
    throw new UpdaterError('rancher.uncertain', 'Rancher has accepted the upgrade without a new version');
  }

  override async finish(service: ServiceRef): Promise<void> {
    await this.client.act(pathOf(service), 'finishupgrade', {});
  }

  override async rollBack(service: ServiceRef): Promise<void> {
    await this.client.act(pathOf(service), 'rollback', {});
  }

  override async check(): Promise<readonly Check[]> {
    try {
      return checksOf(await this.visibleEnvironments.list({ tries: 1, ms: CHECK_MS }));
    } catch (error) {
      if (error instanceof UpdaterError) return checksAfter(error);
      throw error;
    }
  }
}
