import type { Service, ServiceState } from './records.js';

export type ServiceAction =
  | 'upgrade'
  | 'restart'
  | 'rollback'
  | 'update'
  | 'remove'
  | 'finishupgrade'
  | 'deactivate'
  | 'removeservicelink'
  | 'continueupgrade'
  | 'activate'
  | 'addservicelink'
  | 'cancelupgrade'
  | 'setservicelinks'
  | 'create';

/** In the order in which Cattle lists them. */
export const SERVICE_ACTIONS: readonly ServiceAction[] = [
  'rollback',
  'upgrade',
  'restart',
  'update',
  'remove',
  'deactivate',
  'finishupgrade',
  'removeservicelink',
  'continueupgrade',
  'activate',
  'addservicelink',
  'create',
  'cancelupgrade',
  'setservicelinks',
];

const LINK_ACTIONS: readonly ServiceAction[] = ['removeservicelink', 'addservicelink', 'setservicelinks'];

/** cattle: process/spring-process-context.xml, block "Service Discovery Service". */
const BY_STATE: Readonly<Record<ServiceState, readonly ServiceAction[]>> = {
  requested: ['create', 'remove'],
  registering: ['remove'],
  inactive: ['activate', 'update', 'remove', 'upgrade'],
  activating: ['deactivate', 'update', 'remove', 'upgrade'],
  active: ['update', 'deactivate', 'remove', 'restart', 'upgrade'],
  'updating-inactive': ['deactivate', 'remove'],
  'updating-active': ['update', 'deactivate', 'remove', 'upgrade'],
  deactivating: ['remove'],
  upgrading: ['cancelupgrade', 'rollback', 'update', 'remove'],
  upgraded: ['finishupgrade', 'rollback', 'remove'],
  'finishing-upgrade': ['cancelupgrade', 'update', 'remove'],
  'canceling-upgrade': ['update', 'remove'],
  'canceled-upgrade': ['continueupgrade', 'rollback', 'remove'],
  'rolling-back': ['update', 'remove'],
  restarting: ['activate', 'deactivate', 'remove'],
  removing: [],
  removed: [],
};

const TRANSITIONAL: ReadonlySet<ServiceState> = new Set<ServiceState>([
  'registering',
  'activating',
  'updating-inactive',
  'updating-active',
  'deactivating',
  'upgrading',
  'finishing-upgrade',
  'canceling-upgrade',
  'rolling-back',
  'restarting',
  'removing',
]);

/** States in which Cattle is at work; they show `transitioning: "yes"`. */
export function isTransitional(state: ServiceState): boolean {
  return TRANSITIONAL.has(state);
}

/** What may be done now, for a caller who may do all, in Cattle's order. */
export function actionsOf(service: Service): readonly ServiceAction[] {
  const offered = new Set(BY_STATE[service.state]);
  if (service.type === 'composeService') offered.delete('upgrade');
  if (service.type !== 'externalService') for (const action of LINK_ACTIONS) offered.add(action);
  return SERVICE_ACTIONS.filter((action) => offered.has(action));
}

/** Whether this state is one that the simulator knows. */
export function isServiceState(state: string): state is ServiceState {
  return Object.hasOwn(BY_STATE, state);
}
