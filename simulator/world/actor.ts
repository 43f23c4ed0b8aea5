import type { JsonObject } from '../json.js';
import { perform, updateService } from './actions.js';
import { ApiError } from './api-error.js';
import type { Service } from './records.js';
import { SERVICE_ACTIONS, type ServiceAction } from './states.js';
import { bodyForImage } from './upgrade-body.js';
import type { World } from './world.js';

/** Somebody who acts on services as a human in the web page would; an action that is not offered throws an ApiError. */
export class Actor {
  constructor(
    private readonly world: World,
    readonly name: string,
  ) {}

  /** Upgrades to an image, everything else as it stands; or with a whole body of one's own. */
  upgrade(service: Service, to: string | JsonObject): void {
    this.do('upgrade', service, typeof to === 'string' ? bodyForImage(service, to) : to);
  }

  finishupgrade(service: Service): void {
    this.do('finishupgrade', service);
  }

  rollback(service: Service): void {
    this.do('rollback', service);
  }

  cancelupgrade(service: Service): void {
    this.do('cancelupgrade', service);
  }

  continueupgrade(service: Service): void {
    this.do('continueupgrade', service);
  }

  remove(service: Service): void {
    this.do('remove', service);
  }

  deactivate(service: Service): void {
    this.do('deactivate', service);
  }

  activate(service: Service): void {
    this.do('activate', service);
  }

  restart(service: Service): void {
    this.do('restart', service, { rollingRestartStrategy: {} });
  }

  /** A PUT of the scale. */
  scale(service: Service, scale: number): void {
    updateService(this.world, service, { scale }, { actor: this.name, secrets: true });
  }

  /** An action by its name, as the control route has it; `image` makes a body for an upgrade. */
  act(action: string, service: Service, body: JsonObject = {}): void {
    const known = SERVICE_ACTIONS.find((name) => name === action);
    if (known === undefined) throw ApiError.invalid('InvalidAction', 'action');
    const { image, ...rest } = body;
    if (known === 'upgrade' && typeof image === 'string') this.upgrade(service, image);
    else if (known === 'restart') this.restart(service);
    else this.do(known, service, rest);
  }

  private do(action: ServiceAction, service: Service, body: JsonObject = {}): void {
    perform(this.world, service, action, body, { actor: this.name, secrets: true });
  }
}
