import type { Change } from '../../shared/simulator.js';
import type { Probe } from '../probe.js';

/** What the service knew at one moment, compared with what there was. Hours are simulated. */
export interface Check {
  readonly hours: number;
  readonly services: number;
  /** Changes of services since the last listing of any environment, the check included: only events have told of them. */
  readonly unlisted: number;
  /** In a sentence each. */
  readonly differences: readonly string[];
}

/** What the service held at a calm moment. */
export interface Census {
  readonly hours: number;
  /** Environments that it has to look after. */
  readonly selected: number;
  /** Event sockets, as the simulator counts them. */
  readonly open: number;
  /** To Rancher, as the system counts them. */
  readonly connections: number;
  readonly probe: Probe;
}

/** Megabytes of memory in use, without garbage. */
export interface Sample {
  readonly hours: number;
  readonly rss: number;
  readonly heap: number;
}

/** An upgrade that was accepted, and what was said of it in the end. */
interface Ended {
  readonly id: string;
  readonly image: string;
  readonly status: string;
}

/** What had not come to rest at a moment at which all was to be calm. */
export interface Unrest {
  readonly hours: number;
  readonly what: string;
}

/** All that is judged from. */
export interface Evidence {
  readonly checks: readonly Check[];
  readonly censuses: readonly Census[];
  readonly samples: readonly Sample[];
  readonly upgrades: readonly Ended[];
  /** Of the service by itself, and of others. */
  readonly changes: readonly Change[];
  /** Services that the last push would still upgrade, though it has ended. */
  readonly leftOver: readonly string[];
  /** What Node said of listeners that pile up. */
  readonly warnings: readonly string[];
  /** In the order in which it was seen. */
  readonly unrest: readonly Unrest[];
  /** For how many rounds there was time; there are two checks in each, one before all and one in the end. */
  readonly rounds: number;
}
