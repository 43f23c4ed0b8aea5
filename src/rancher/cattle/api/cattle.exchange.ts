import { Injectable } from '@nestjs/common';
import { type Observable, Subject } from 'rxjs';
import { breath } from '../../../common/breath.js';
import { Clock } from '../../../common/clock.js';
import { UpdaterError } from '../../../common/errors.js';
import { Turns } from '../../../common/turns.js';
import {
  readAction,
  readGet,
  type Reply,
  type Silence,
  unansweredAction,
  unansweredGet,
} from './cattle.replies.js';
import { type CattleRequest, CattleTransport } from './cattle.transport.js';
import type { Json } from './cattle.wire.js';
import { Rests } from './rests.js';

/** The beginning of the path of everything that is about one service. */
const SERVICE = /^\/projects\/[^/]+\/services\/[^/?]+/;

const TOO_LATE = 'nothing was asked: too long had passed since that was decided';

/**
 * Asks Cattle one thing, once, and says what came of it. Gentle to both sides: nothing is sent while Rancher wants to be left
 * alone, one thing at a time is asked of a service, and each request has a turn of the event loop.
 */
@Injectable()
export class CattleExchange {
  private kind: string | undefined;
  private readonly turns = new Turns();
  private readonly refusals = new Subject<string>();

  constructor(
    private readonly transport: CattleTransport,
    private readonly rests: Rests,
    private readonly clock: Clock,
  ) {}

  /** Every request that was sent, once it is over. */
  get calls$(): CattleTransport['calls$'] {
    return this.transport.calls$;
  }

  /** The path of each request for which Rancher has refused the key (401). */
  get refused$(): Observable<string> {
    return this.refusals;
  }

  /** Which kind of account the key is of, in Cattle's word; undefined: no reply to a GET has told yet. */
  get accountKind(): string | undefined {
    return this.kind;
  }

  /** The resource or collection; its failures are those of `readGet` and `unansweredGet`. */
  async get(request: CattleRequest): Promise<Json> {
    const outcome = await this.send(request);
    if (!outcome.answered) throw unansweredGet(outcome);
    this.kind = outcome.headers['x-api-account-kind'] || this.kind;
    return this.heeding(request, outcome, readGet);
  }

  /**
   * The resource as the action leaves it; what has not had its turn by `notAfter` is not sent. The contract of
   * `RancherBackend.start` says what its failures mean.
   */
  async act(request: CattleRequest, notAfter?: Date): Promise<Json> {
    const outcome = await this.send(request, notAfter);
    if (!outcome.answered) throw unansweredAction(outcome);
    return this.heeding(request, outcome, readAction);
  }

  /** What is about one service is asked one after the other: Rancher locks it for each. */
  private send(request: CattleRequest, notAfter?: Date): Promise<Reply | Silence> {
    const service = SERVICE.exec(request.path)?.[0];
    const work = () => this.sendNow(request, notAfter);
    return service === undefined ? work() : this.turns.take(service, work);
  }

  /**
   * Sends nothing while the server wants to be left alone: that counts as out of reach. What is asked goes out in a turn of its
   * own, and what follows from a reply goes on in one: many at once would hold everything else up.
   */
  private async sendNow(request: CattleRequest, notAfter?: Date): Promise<Reply | Silence> {
    await breath();
    const held = this.rests.heldBack(request.path);
    if (held) throw held;
    if (notAfter && this.clock.now() > notAfter) throw new UpdaterError('rancher.unreachable', TOO_LATE);
    return this.transport.send(request);
  }

  private async heeding(
    { path }: CattleRequest,
    reply: Reply,
    read: (reply: Reply, now: Date) => Json,
  ): Promise<Json> {
    try {
      const body = read(reply, this.clock.now());
      await breath();
      return body;
    } catch (error) {
      if (error instanceof UpdaterError) this.rests.note(path, reply.status, error);
      if (isUnauthorized(error)) this.refusals.next(path);
      throw error;
    }
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof UpdaterError && error.code === 'rancher.unauthorized';
}
