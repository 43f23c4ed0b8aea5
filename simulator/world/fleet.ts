import type { EnvironmentDescription, KeyDescription, ServiceDescription } from '../fleet.js';
import type { Environment, Service, Stack } from './records.js';

/**
 * The live world as tests and demos hold it: look things up, and change it as others would, at once and without the
 * processes that an action starts. Environments, stacks and services are named by id or by name. Whoever listens at an
 * event socket is told of all changes; what does not exist throws.
 */
export interface Fleet {
  service(idOrEnvironment: string, stack?: string, name?: string): Service;
  findService(idOrEnvironment: string, stack?: string, name?: string): Service | undefined;
  environment(idOrName: string): Environment;
  /** A stack by `1st3` or `Default/shop`. */
  stack(idOrPath: string): Stack;
  /** All services that are not removed, by id. */
  services(environment?: string): readonly Service[];

  addEnvironment(description: EnvironmentDescription): Environment;
  /** Takes it away with all that is in it: 403 on its paths and 401 for its keys, and its sockets have only pings. */
  removeEnvironment(environment: string): void;
  renameEnvironment(environment: string, name: string): void;
  setEnvironmentState(environment: string, state: string): void;

  addStack(environment: string, name: string): Stack;
  renameStack(stack: Stack, name: string): void;

  /** Adds a service, and its stack where there is none of that name. */
  addService(environment: string, stack: string, description: ServiceDescription): Service;
  renameService(service: Service, name: string): void;
  /** What is left when somebody has upgraded it and finished that. */
  setImage(service: Service, image: string): void;
  /** It is `removed` from now on; GET by its id still shows it. */
  removeService(service: Service): void;
  /** Takes a service away as if its row were purged: 404 from now on. */
  purgeService(service: Service): void;

  addKey(description: KeyDescription): void;
  removeKey(access: string): void;
  /** Switches a key off or on: 401 with it, while its open sockets go on. */
  setKeyActive(access: string, active: boolean): void;
  /** The same for the person behind a key; open sockets have nothing but pings then. */
  setAccountActive(access: string, active: boolean): void;
  /** Makes the person behind a key a member of these environments, and of no others. */
  setMemberships(access: string, environments: readonly string[]): void;
}
