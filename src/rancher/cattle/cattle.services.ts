import { Injectable } from '@nestjs/common';
import { mapInFews } from '../../common/breath.js';
import { UpdaterError } from '../../common/errors.js';
import { Secrets } from '../../common/secrets.js';
import { reason, type Reason } from '../../domain/reasons.js';
import type { Inspection, Named, Service, ServiceRef } from '../../domain/service.js';
import { OwnContainer } from '../own-container.js';
import { CattleClient, isMissing } from './api/cattle.client.js';
import { wrongShape } from './api/cattle.replies.js';
import { isInstance, isService, type Json, type ServiceResource } from './api/cattle.wire.js';
import { pathOf } from './api/paths.js';
import { type Blindness, blindnessOf } from './blindness.js';
import { CattleEnvironments } from './cattle.environments.js';
import { CattleNames } from './cattle.names.js';
import { CattleSettings } from './cattle.settings.js';
import { selectsAll, standingOf } from './environment-patterns.js';
import { CattleFleet } from './fleet/cattle.fleet.js';
import { inspectionOf } from './inspection.js';
import { CATTLE } from './service-reference.js';
import { goneView, viewOf } from './service-view.js';

/** How long a page of the few containers of one service may take. */
const INSTANCES_MS = 10_000;

/** Reads services and their containers. */
@Injectable()
export class CattleServices {
  /** What looks found, by the references in what they answered. */
  private readonly looks = new WeakMap<ServiceRef, ServiceResource>();

  constructor(
    private readonly client: CattleClient,
    private readonly environments: CattleEnvironments,
    private readonly names: CattleNames,
    private readonly fleet: CattleFleet,
    private readonly own: OwnContainer,
    private readonly settings: CattleSettings,
    private readonly secrets: Secrets,
  ) {}

  async look(ref: ServiceRef, signal?: AbortSignal): Promise<Service> {
    try {
      const resource = await this.client.get(pathOf(ref), { signal });
      // What stands in between may have mixed two answers up: the other would be upgraded.
      if (!isService(resource) || resource.id !== ref.id)
        throw wrongShape('something else than that service');
      const service = await this.seen(ref.environment, resource, signal);
      this.looks.set(service.ref, resource);
      return service;
    } catch (error) {
      if (isMissing(error)) return this.gone(ref, signal);
      throw error;
    }
  }

  /** The resource that a look at the service found, as it came; undefined for a service that no look answered. */
  resourceOf(service: Service): ServiceResource | undefined {
    return this.looks.get(service.ref);
  }

  async running(environment: Named, repository: string, signal?: AbortSignal): Promise<readonly Service[]> {
    const rows = await this.fleet.running(environment.id, repository, signal);
    return mapInFews(rows, (row) => this.view(row, environment, signal));
  }

  /** A service in our words, from what Rancher has told of it. */
  async seen(environment: string, resource: ServiceResource, signal?: AbortSignal): Promise<Service> {
    return this.view(resource, await this.names.environment(environment, signal), signal);
  }

  async inspect({ ref, revision }: Service, signal?: AbortSignal): Promise<Inspection> {
    const rows = await this.instances(ref, signal);
    return inspectionOf(rows.filter(isInstance), {
      revision,
      blindness: this.blindness,
      isOwn: (id) => this.own.is(id),
    });
  }

  private async instances(ref: ServiceRef, signal?: AbortSignal): Promise<readonly Json[]> {
    try {
      return await this.client.list(`${pathOf(ref)}/instances`, { ms: INSTANCES_MS, signal });
    } catch (error) {
      if (!isMissing(error)) throw error;
      await this.gone(ref, signal);
      return [];
    }
  }

  private async view(resource: ServiceResource, environment: Named, signal?: AbortSignal): Promise<Service> {
    const service = viewOf(resource, {
      ref: { backend: CATTLE, environment: environment.id, id: resource.id },
      environment: { id: environment.id, name: environment.name },
      stack: await this.names.stack(environment.id, resource.stackId, signal),
      pages: this.settings.pages,
      inspectBeforeStart: this.blindness !== null || this.own.isKnown,
    });
    const detail = service.detail && this.secrets.masked(service.detail);
    return { ...service, detail, blocked: service.blocked ?? this.leftOut(environment) };
  }

  /**
   * What waits for a service is decided anew: its environment may have been selected when it was planned. A name that is not
   * known selects nothing and leaves nothing out.
   */
  private leftOut({ id }: Named): Reason | null {
    const { address, patterns } = this.settings;
    const name = this.environments.lastName(id) ?? (selectsAll(patterns) ? id : null);
    if (name === null) throw new UpdaterError('rancher.unreachable', nameless(id));
    const { isSelected, why } = standingOf({ id, name, state: 'active' }, address.environment, patterns);
    const message = `the environment ${name} is not selected: ${why}`;
    return isSelected ? null : reason('environment.not_selected', message);
  }

  /** Cattle says "not found" also of what has only become invisible to the key. */
  private async gone(ref: ServiceRef, signal?: AbortSignal): Promise<Service> {
    const environments = await this.environments.list({ signal });
    const environment = environments.find(({ id }) => id === ref.environment);
    if (environment) return goneView(ref, environment, this.settings.pages);
    throw new UpdaterError('rancher.forbidden', `the key no longer sees the environment ${ref.environment}`);
  }

  private get blindness(): Blindness | null {
    return this.settings.AUTOUPDATE_ALLOW_SECRETS_LOSS ? null : blindnessOf(this.client.accountKind);
  }
}

function nameless(environment: string): string {
  return `nobody tells what the environment ${environment} is called, by which it is selected or left out`;
}
