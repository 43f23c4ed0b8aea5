import { Injectable, Optional } from '@nestjs/common';
import {
  catchError,
  concat,
  defer,
  EMPTY,
  ignoreElements,
  map,
  type Observable,
  of,
  repeat,
  tap,
  timer,
} from 'rxjs';
import { Clock } from '../../../common/clock.js';
import { messageOf } from '../../../common/errors.js';
import { Log } from '../../../common/log.js';
import { Secrets } from '../../../common/secrets.js';
import type { Named } from '../../../domain/service.js';
import { CALLER } from '../api/cattle.transport.js';
import { pathIn } from '../api/paths.js';
import { Rests } from '../api/rests.js';
import { CattleSettings } from '../cattle.settings.js';
import { Backoff } from './backoff.js';
import type { CattleEvent } from './cattle.event.js';
import { eventSocket, type Handshake, type SocketItem } from './event-socket.js';
import { SocketFailure } from './socket-failure.js';
import { SocketLog } from './socket-log.js';

/**
 * `open`: connected, from now on changes are told. `alive`: a sign of life. `closed`: once for each `open` that has ended;
 * changes may have been missed since the last sign of life.
 */
export type EventItem =
  | { readonly is: 'open' }
  | { readonly is: 'alive' }
  | { readonly is: 'change'; readonly event: CattleEvent }
  | { readonly is: 'closed'; readonly why: string };

/** What goes on in Rancher's environments, as its event sockets tell it. */
@Injectable()
export class CattleEvents {
  constructor(
    private readonly settings: CattleSettings,
    private readonly rests: Rests,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly secrets: Secrets,
    @Optional() private readonly random: () => number = Math.random,
  ) {}

  /**
   * The events of one environment. Connects when subscribed, and again and again when the connection fails or ends; closes
   * it when unsubscribed. Never errors and never completes. A live connection says nothing about the key: those of a
   * revoked one live on.
   */
  of(environment: Named): Observable<EventItem> {
    return defer(() => {
      const backoff = new Backoff(this.random);
      const log = new SocketLog(this.log, environment);
      const attempt = defer(() => this.attempt(environment, backoff, log));
      return concat(this.rest(environment), attempt).pipe(repeat());
    });
  }

  /** While the server wants to be left alone, no connection is asked for either. */
  private rest({ id }: Named): Observable<never> {
    return defer(() => {
      const restMs = this.rests.heldBack(`/projects/${id}`)?.details.retryAfterMs ?? 0;
      return restMs > 0 ? timer(restMs, this.clock.scheduler) : EMPTY;
    }).pipe(ignoreElements());
  }

  /** One connection and the pause after it. */
  private attempt(environment: Named, backoff: Backoff, log: SocketLog): Observable<EventItem> {
    let wasOpen = false;
    return defer(() => eventSocket(this.handshakeFor(environment), this.clock)).pipe(
      map(itemOf),
      tap(({ is }) => {
        if (is === 'open') return void (wasOpen = true);
        backoff.reset();
        log.alive();
      }),
      catchError((error: unknown) => {
        const failure = failureOf(error);
        const why = this.secrets.masked(failure.why);
        const retry = backoff.after(failure);
        log.failed(why, retry, wasOpen);
        const pause = timer(retry.pauseMs, this.clock.scheduler).pipe(ignoreElements());
        return wasOpen ? concat(of({ is: 'closed' as const, why }), pause) : pause;
      }),
    );
  }

  private handshakeFor({ id }: Named): Handshake {
    const { address, key, tls } = this.settings;
    const credentials = Buffer.from(`${key.access}:${key.secret}`).toString('base64');
    return {
      url: `${address.api.replace(/^http/, 'ws')}${pathIn(id, 'subscribe')}?eventNames=resource.change`,
      headers: { ...CALLER, authorization: `Basic ${credentials}` },
      tls,
    };
  }
}

/** A logout is an end, and no sign of life: a server that logs out all who come is not to be hammered. */
function itemOf(item: SocketItem): EventItem {
  if (item.is === 'lost') throw new SocketFailure('a message is too long to be read');
  if (item.is === 'logout') throw new SocketFailure('Rancher has logged the key out');
  return item.is === 'open' || item.is === 'change' ? item : { is: 'alive' };
}

function failureOf(error: unknown): SocketFailure {
  return error instanceof SocketFailure ? error : new SocketFailure(messageOf(error));
}
