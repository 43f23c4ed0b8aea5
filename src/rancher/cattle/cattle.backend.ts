import { Injectable } from '@nestjs/common';
import { map } from 'rxjs';
import { UpdaterError } from '../../common/errors.js';
import type { Inspection, Named, Service, ServiceRef, Sighting } from '../../domain/service.js';
import {
  type Check,
  type FleetStanding,
  type NamedService,
  RancherBackend,
  type StartOrder,
} from '../rancher.backend.js';
import { CattleClient } from './api/cattle.client.js';
import { isService, type ServiceResource } from './api/cattle.wire.js';
import { pathOf } from './api/paths.js';
import { CattleEnvironments } from './cattle.environments.js';
import { CattleServices } from './cattle.services.js';
import { checksAfter, checksOf } from './checks.js';
import { CattleFleet } from './fleet/cattle.fleet.js';
import type { Following } from './fleet/following.js';
import { Followings } from './fleet/followings.js';
import { rowOf } from './fleet/service-row.js';
import { upgradeBody } from './launch-config.js';
import { observing } from './observing.js';
import { CATTLE, referenceTo } from './service-reference.js';

const CHECK_MS = 10_000;

/** Rancher 1.6, whose server is called Cattle. */
@Injectable()
export class CattleBackend extends RancherBackend {
  override readonly name = CATTLE;
  override readonly calls$: RancherBackend['calls$'];
  override readonly changed$: RancherBackend['changed$'];

  constructor(
    private readonly client: CattleClient,
    private readonly visibleEnvironments: CattleEnvironments,
    private readonly services: CattleServices,
    private readonly knownFleet: CattleFleet,
    private readonly followings: Followings,
  ) {
    super();
    this.calls$ = client.calls$;
    this.changed$ = followings.unobserved$.pipe(map((service) => ({ backend: CATTLE, ...service })));
  }

  override async environments(signal?: AbortSignal): Promise<readonly Named[]> {
    const environments = await this.visibleEnvironments.recent(signal);
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

  override async *observe(
    service: ServiceRef,
    signal: AbortSignal,
  ): AsyncGenerator<Sighting, void, undefined> {
    const following = this.followings.observe(service, this.isHeard(service));
    const look = () => this.lookAt(service, following, signal);
    const view = (heard: ServiceResource) => this.services.seen(service.environment, heard, signal);
    try {
      yield* observing({ look, view }, following, signal);
    } finally {
      this.followings.end(service);
    }
  }

  /** Sends back the `launchConfig` that the look answering this `service` has found. */
  override async start(service: Service, order: StartOrder): Promise<string> {
    const found = this.services.resourceOf(service);
    if (!found)
      throw new UpdaterError('rancher.conflict', `${service.name} must be looked at before a start`);
    const started = await this.act(service.ref, 'upgrade', upgradeBody(found, order), order.notAfter);
    const revision = started?.launchConfig?.version ?? '';
    if (revision !== '' && revision !== service.revision) return revision;
    throw new UpdaterError('rancher.uncertain', 'Rancher has accepted the upgrade without a new version');
  }

  override async finish(service: ServiceRef): Promise<void> {
    await this.act(service, 'finishupgrade', {});
  }

  override async rollBack(service: ServiceRef): Promise<void> {
    await this.act(service, 'rollback', {});
  }

  override referenceTo(environment: string, id: string): NamedService {
    return referenceTo(environment, id);
  }

  override fleet(): FleetStanding {
    return this.knownFleet.standing;
  }

  override async check(): Promise<readonly Check[]> {
    try {
      return checksOf(await this.visibleEnvironments.list({ tries: 1, ms: CHECK_MS }));
    } catch (error) {
      if (error instanceof UpdaterError) return checksAfter(error);
      throw error;
    }
  }

  /** Whether events of the service are to be expected. */
  private isHeard({ environment }: ServiceRef): () => boolean {
    return () => this.knownFleet.of(environment)?.isLive ?? false;
  }

  private async lookAt(ref: ServiceRef, following: Following, signal: AbortSignal): Promise<Service> {
    following.asking();
    const service = await this.services.look(ref, signal);
    const resource = this.services.resourceOf(service);
    if (resource) following.replied(rowOf(resource));
    return service;
  }

  /** Asks for an action; what events tell of the service from now on goes on from the reply. */
  private async act(
    ref: ServiceRef,
    action: string,
    body: object,
    notAfter?: Date,
  ): Promise<ServiceResource | null> {
    const following = this.followings.begin(ref, this.isHeard(ref));
    following.asking();
    const reply = await this.client.act(pathOf(ref), action, body, notAfter);
    if (!isService(reply) || reply.id !== ref.id) return null;
    following.replied(rowOf(reply));
    return reply;
  }
}
