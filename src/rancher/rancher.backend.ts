import type { Observable } from 'rxjs';
import type { Inspection, Named, Service, ServiceRef, Sighting } from '../domain/service.js';

/** What a start asks for. `image` is a full reference without a scheme. */
export interface StartOrder {
  readonly image: string;
  readonly startFirst: boolean;
  /** The tag can name another image tomorrow: the hosts must pull it even if they have one of that name. */
  readonly pull: boolean;
  /** What has not been sent by then is sent no more. */
  readonly notAfter: Date;
}

export type HealthCheckName = 'rancher' | 'key' | 'environments';

/** One answer to "can you work?". */
export interface Check {
  readonly name: HealthCheckName;
  readonly ok: boolean;
  readonly message: string;
}

/** One request to Rancher that has come to its end. */
export interface RancherCall {
  readonly method: string;
  /** The path with `:id` for every id in it: of these there are few, whatever is asked. */
  readonly route: string;
  /** Of the reply's status, as `2xx`; `none`: no whole reply has come. */
  readonly status: string;
  readonly seconds: number;
}

/** How well the services of all selected environments are known, together. Times are in seconds. */
export interface FleetStanding {
  readonly environments: number;
  /** What those are called whose events are not heard now. */
  readonly unheard: readonly string[];
  readonly services: number;
  /** Since Rancher last named its environments to us, or since we began to ask. */
  readonly namedAgo: number;
  /** Since the last sign of life of the environment that has been silent for longest. */
  readonly silentFor: number;
  /** Since the oldest of the environments' last complete listings. */
  readonly listedAgo: number;
}

/** The service that somebody's ids name; or, for people, why they name none. */
export type NamedService =
  { readonly ok: true; readonly service: ServiceRef } | { readonly ok: false; readonly problem: string };

/**
 * A kind of Rancher. Everything it cannot do is an `UpdaterError` with a `rancher.*` code; it never lets a vendor's
 * words, states or errors through. All requests are bounded in time and size; who aborts the signal of a question gives it
 * up, and it fails as out of reach.
 */
export abstract class RancherBackend {
  /** Goes into every `ServiceRef` of this backend. */
  abstract readonly name: string;

  /** Every request that was sent, once it is over. */
  abstract readonly calls$: Observable<RancherCall>;

  /** Services that nobody observes and of which it was heard that they have changed. Some changes are never heard. */
  abstract readonly changed$: Observable<ServiceRef>;

  /** The environments that the key can see, that are in use and that the settings select, as a minute ago or later. */
  abstract environments(signal?: AbortSignal): Promise<readonly Named[]>;

  /**
   * Every service of an environment that runs an image of the (normalised) repository, as main container or sidekick, as it
   * was some seconds ago or later: what is done about one is decided on a look at it.
   */
  abstract candidates(
    environment: Named,
    repository: string,
    signal?: AbortSignal,
  ): Promise<readonly Service[]>;

  /**
   * The service as it is now. One that has been removed has the phase `gone`, whether it is still known or not. The
   * revision '' stands for none: only what cannot be upgraded has it, as a service that is gone or has no image.
   */
  abstract look(service: ServiceRef, signal?: AbortSignal): Promise<Service>;

  /** Reads the service's containers; one that is gone has none. */
  abstract inspect(service: Service, signal?: AbortSignal): Promise<Inspection>;

  /**
   * Looks at the service again and again, at the backend's own pace, and yields what it saw or why it could not. Each
   * item is newer than the moment it was asked for. Ends when the signal is aborted; throws nothing but what is a bug.
   */
  abstract observe(service: ServiceRef, signal: AbortSignal): AsyncIterable<Sighting>;

  /**
   * Starts the upgrade of a service just looked at, and answers its new revision, which is never ''. The service must
   * be as `look` answered it, not one put together: a backend may need more of it than it shows. Any other is
   * `rancher.conflict`.
   *
   * @throws UpdaterError `rancher.refused`: it will not, for good; `rancher.conflict`: not in its present state, look
   *   again; `rancher.uncertain`: it may have started, only a look tells; any other code: it has not started.
   */
  abstract start(service: Service, order: StartOrder): Promise<string>;

  /** Confirms an upgraded service: the old containers go. Throws like `start`. */
  abstract finish(service: ServiceRef): Promise<void>;

  /** Takes an upgrade that is not finished back: the containers from before return. Throws like `start`. */
  abstract rollBack(service: ServiceRef): Promise<void>;

  /** Whether these can be ids of one of its environments and of a service in it, be there one or not; asks nothing. */
  abstract referenceTo(environment: string, id: string): NamedService;

  /** What is known of all services; asks nothing. */
  abstract fleet(): FleetStanding;

  /** Whether it can be reached, takes the key, and has an environment selected: one check each, in this order. */
  abstract check(): Promise<readonly Check[]>;
}
