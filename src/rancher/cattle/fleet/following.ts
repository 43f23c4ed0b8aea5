import { Wake } from '../../../common/wake.js';
import type { Clock } from '../../../common/clock.js';
import type { Phase } from '../../../domain/service.js';
import type { ServiceResource } from '../api/cattle.wire.js';
import { phaseOf } from '../service-view.js';

/** What to do about a service that is followed: look at it, or take what was heard for a look. */
export type Tidings = { readonly is: 'look' } | { readonly is: 'heard'; readonly resource: ServiceResource };

const LOOK: Tidings = { is: 'look' };

/**
 * The steps of the good way of an upgrade, of which an event may tell. Of the same revision, none can be an old story; but
 * `active` can: Cattle stores the new revision a moment before the service is `upgrading`. It is believed of a service whose
 * finish was taken, and where Cattle has sent it later than an `upgraded`, which was heard, too.
 */
const NEXT: Partial<Record<Phase, Phase>> = { upgrading: 'upgraded', finishing: 'idle' };

/**
 * Milliseconds between two looks. That containers have changed is worth one at once, and the more of them change in a row,
 * the rarer the next; a contradiction can be any number.
 */
const CONTAINERS_PAUSE_MS = 50;
const DOUBT_PAUSE_MS = 1000;
const CALM_MS = 2000;

/** How old a reply may be to be gone on from, in milliseconds. */
const JUST_MS = 10_000;

/**
 * One service on which we have acted, between what Rancher's replies tell of it and what its events say. A frame may be
 * late, come twice or out of order, or be lost; so an event is taken for a look only if it shows the service, in the
 * revision that the last reply told, further on the good way. Any other that is no mere echo is a reason to look.
 */
export class Following {
  /** Whether somebody takes what there is to do. */
  isObserved = false;
  private told: ServiceResource | null = null;
  private heard: ServiceResource | null = null;
  /** When Cattle sent what was heard, by its clock; null: it does not say. */
  private heardMs: number | null = null;
  private isDoubtful = false;
  private haveContainersChanged = false;
  private askedMs = -Infinity;
  /** The revision of which it was heard that it is upgraded, and when Cattle sent that. */
  private upgraded: { readonly revision: string | null | undefined; readonly sentMs: number } | null = null;
  private containersPauseMs = CONTAINERS_PAUSE_MS;
  private containersMs = -Infinity;
  private readonly wake = new Wake();

  constructor(
    /** Whether events are to be expected. */
    private readonly isLive: () => boolean,
    private readonly clock: Clock,
  ) {}

  /** Nobody has gone on from what was replied last, and nobody can any longer. */
  get isForgotten(): boolean {
    return !this.isObserved && !this.hasJustAsked;
  }

  /** A request about the service is about to be sent: what was heard before is older than its reply. */
  asking(): void {
    this.told = null;
    this.heard = null;
    this.isDoubtful = false;
    this.haveContainersChanged = false;
    this.askedMs = this.clock.monotonicMs();
  }

  /** The reply has come. */
  replied(resource: ServiceResource): void {
    this.told = resource;
  }

  /**
   * An event of the service has come: with what it is now, or without (null), and when Cattle sent it. An echo takes back
   * nothing that is heard.
   */
  hears(resource: ServiceResource | null, sentMs: number | null): void {
    const isOnlyEcho = resource && this.heard && this.told && isEcho(resource, this.told);
    if (!isOnlyEcho) [this.heard, this.heardMs] = [resource, sentMs];
    if (!resource) this.isDoubtful = true;
    this.wake.call();
  }

  /** Something has happened to its containers. */
  hearsOfContainers(): void {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.containersMs >= CALM_MS) this.containersPauseMs = CONTAINERS_PAUSE_MS;
    this.containersMs = nowMs;
    this.haveContainersChanged = true;
    this.wake.call();
  }

  /** Events may have been lost, or nothing is told of it any longer. */
  doubts(): void {
    this.isDoubtful = true;
    this.wake.call();
  }

  /** What there is to do at first; null: nothing, for a reply has just told of it, and events go on from there. */
  first(): Tidings | null {
    return this.told && this.hasJustAsked && this.isLive() ? this.take() : LOOK;
  }

  /**
   * Resolves when there is something to do: at the latest after `pauses.liveMs`, or `pauses.deafMs` while there are no
   * events.
   */
  async next(
    pauses: { readonly liveMs: number; readonly deafMs: number },
    signal: AbortSignal,
  ): Promise<Tidings> {
    const beganMs = this.clock.monotonicMs();
    for (;;) {
      const nowMs = this.clock.monotonicMs();
      const pauseMs = this.told && this.isLive() ? pauses.liveMs : pauses.deafMs;
      const leftMs = beganMs + pauseMs - nowMs;
      if (leftMs <= 0 || signal.aborted) return LOOK;
      const tidings = this.take();
      if (tidings?.is === 'heard') return tidings;
      const restMs = tidings ? this.askedMs + this.doubtPauseMs - nowMs : leftMs;
      if (restMs <= 0) return this.look();
      await this.wake.within(Math.min(leftMs, restMs, pauses.deafMs), this.clock, signal);
    }
  }

  private get hasJustAsked(): boolean {
    return this.clock.monotonicMs() - this.askedMs < JUST_MS;
  }

  private look(): Tidings {
    if (this.haveContainersChanged) {
      this.containersPauseMs = Math.min(2 * this.containersPauseMs, DOUBT_PAUSE_MS);
    }
    return LOOK;
  }

  private get doubtPauseMs(): number {
    return this.isDoubtful || this.heard ? DOUBT_PAUSE_MS : this.containersPauseMs;
  }

  /** What follows from all that was heard; null: nothing. A look that is due stays due until it is asked for. */
  private take(): Tidings | null {
    const { told, heard } = this;
    if (this.isDoubtful) return LOOK;
    if (!told) return heard ? LOOK : null;
    if (!heard) return this.haveContainersChanged && phaseOf(told.state) === 'upgraded' ? LOOK : null;
    if (!this.isFurther(heard, told) && !isEcho(heard, told)) return LOOK;
    this.heard = null;
    if (isEcho(heard, told)) return this.take();
    this.told = heard;
    this.haveContainersChanged = false;
    if (phaseOf(heard.state) === 'upgraded') {
      this.upgraded = { revision: revisionOf(heard), sentMs: this.heardMs ?? Infinity };
    }
    return { is: 'heard', resource: heard };
  }

  /** It is a step further, or upgraded as before and in other health. */
  private isFurther(heard: ServiceResource, told: ServiceResource): boolean {
    const [before, after] = [phaseOf(told.state), phaseOf(heard.state)];
    if (revisionOf(heard) !== revisionOf(told)) return false;
    if (after === 'upgraded' && before === 'upgraded') return true;
    return NEXT[before] === after && (after !== 'idle' || this.isAfterUpgraded(told));
  }

  /** What was heard last was sent after it was upgraded to the revision that is told of. */
  private isAfterUpgraded(told: ServiceResource): boolean {
    const { upgraded, heardMs } = this;
    if (upgraded === null || heardMs === null) return false;
    return upgraded.revision === revisionOf(told) && heardMs > upgraded.sentMs;
  }
}

/** It says nothing that was not known: only what an upgrade in the middle of it says of its progress may differ. */
function isEcho(heard: ServiceResource, told: ServiceResource): boolean {
  const isSame = revisionOf(heard) === revisionOf(told) && heard.state === told.state;
  return isSame && (phaseOf(told.state) !== 'upgraded' || heard.healthState === told.healthState);
}

function revisionOf({ launchConfig }: ServiceResource): string | null | undefined {
  return launchConfig?.version;
}
