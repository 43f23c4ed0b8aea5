import type { Reason } from './reasons.js';

/** Names one service of one backend for as long as it lives. */
export interface ServiceRef {
  readonly backend: string;
  readonly environment: string;
  readonly id: string;
}

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** An environment, and the backend that has it. */
export interface Environment extends Named {
  readonly backend: string;
}

/**
 * What a service is doing, in our words; backends translate their states into these.
 * `changing`: a passing state in which it cannot be upgraded. `stopped`: somebody switched it off.
 */
export const PHASES = [
  'idle',
  'changing',
  'upgrading',
  'upgraded',
  'finishing',
  'rolling_back',
  'cancelling',
  'cancelled',
  'stopped',
  'gone',
  'unknown',
] as const;

export type Phase = (typeof PHASES)[number];

/** A container that runs beside the service's main one. */
export interface Sidekick {
  readonly name: string;
  readonly image: string;
  /** It shares the main container's network or volumes, so the backend makes it anew together with that. */
  readonly recreated: boolean;
}

/** A service as its backend describes it now. */
export interface Service {
  readonly ref: ServiceRef;
  readonly environment: Named;
  readonly stack: Named;
  readonly name: string;
  /** Where people see it. */
  readonly link: string;
  /** Image of the main container, spelled as the backend stores it, without a scheme; null: it has none. */
  readonly image: string | null;
  readonly sidekicks: readonly Sidekick[];
  readonly labels: Readonly<Record<string, string>>;
  readonly phase: Phase;
  /** The backend's own word for the phase, for people. */
  readonly state: string;
  /** Changes with every upgrade the backend accepts, so that ours is told from somebody else's. */
  readonly revision: string;
  /** The last upgrade that the backend has carried out, also where it was rolled back since; null: it knows of none. */
  readonly lastUpgrade: { readonly revision: string; readonly image: string } | null;
  /** How many containers of each part it is to have; null: the backend decides, as for one on every host. */
  readonly scale: number | null;
  /** The backend's last words on what it is doing; null: none. */
  readonly detail: string | null;
  readonly canStartFirst: boolean;
  /** Why this backend would not upgrade it, whatever the version; null: it would. */
  readonly blocked: Reason | null;
  /** Some reasons not to upgrade it show only in its containers: inspect them before a start. */
  readonly inspectBeforeStart: boolean;
}

/** One container of a service, sidekicks included. */
export interface Container {
  readonly id: string;
  /** The service's revision that it was made for. */
  readonly revision: string;
  readonly running: boolean;
  /** It runs, and is healthy where that is checked; one that is meant to run once may have ended. */
  readonly sound: boolean;
  /** How often it has been started. */
  readonly starts: number;
  /** What it does, in the backend's words, for people. */
  readonly state: string;
}

/** What the containers of a service tell beyond the service itself. */
export interface Inspection {
  readonly containers: readonly Container[];
  /** Running containers of the service's present revision. */
  readonly current: number;
  /** Running containers of any other revision. */
  readonly outdated: number;
  /** When the newest container was created; null: there is none. */
  readonly newest: Date | null;
  /** Why it must not be upgraded, as only its containers tell; null: nothing. */
  readonly blocked: Reason | null;
}

/** One look at a service: what was there, or why it could not be seen. */
export type Sighting =
  { readonly seen: true; readonly service: Service } | { readonly seen: false; readonly reason: Reason };
