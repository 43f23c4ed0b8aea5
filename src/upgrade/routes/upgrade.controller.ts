import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { UpdaterError } from '../../common/errors.js';
import {
  checkedReference,
  formatImageReference,
  repositoryOf,
  withoutScheme,
  type ImageReference,
} from '../../domain/image-reference.js';
import type { Origin } from '../../domain/caller.js';
import type { UpgradeOptions, UpgradeStatus } from '../../domain/upgrade.js';
import { RequestOrigin } from '../../http/caller.js';
import { IdempotencyKey } from '../../http/idempotency-key.js';
import { PathPrefix } from '../../http/path-prefix.js';
import { OpenRequests } from '../../http/open-requests.js';
import { Waiting } from '../../http/waiting.js';
import type { ListQuery } from '../../store/upgrade-store.js';
import { isSettled } from '../summary.js';
import { FindRequest, ListRequest, UpgradeRequest } from './upgrade.dto.js';
import { UpgradeService } from '../upgrade.service.js';
import { planViewOf, viewOf, type UpgradeView } from './upgrade.view.js';

/** Answers of `?fail=true`, so that `curl --fail` fails a build: Failed Dependency, and not settled in time. */
const FAILED = 424;
const NOT_SETTLED = 504;

const FAILURES: ReadonlySet<UpgradeStatus> = new Set(['failed', 'partly_failed', 'cancelled']);

/** Takes what has been published, and tells what became of it. */
@Controller()
export class UpgradeController {
  constructor(
    private readonly upgrades: UpgradeService,
    private readonly waiting: Waiting,
    private readonly open: OpenRequests,
  ) {}

  @Post(['upgrade', 'upgrades'])
  async ask(
    @Body() body: UpgradeRequest,
    @RequestOrigin() origin: Origin,
    @PathPrefix() prefix: string,
    @IdempotencyKey() key: string | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UpgradeView> {
    const published = checkedReference(withoutScheme(body.docker_image));
    const asked = { published, options: optionsOf(body), key, ...origin };
    if (body.dry_run) {
      reply.status(200);
      const preview = () => this.waiting.for(reply, (signal) => this.upgrades.preview(asked, signal));
      return planViewOf(await this.open.waits.with(preview));
    }
    const { record, isNew } = await this.upgrades.accept(asked);
    reply.status(isNew ? 202 : 200).header('location', `${prefix}/upgrades/${record.upgrade.id}`);
    return viewOf(record);
  }

  @Get('upgrades')
  async list(
    @Query() query: ListRequest,
  ): Promise<{ readonly data: readonly UpgradeView[]; readonly next: string | null }> {
    const { data, next } = await this.upgrades.list(listQueryOf(query));
    return { data: data.map((record) => viewOf(record)), next };
  }

  @Get('upgrades/:id')
  async find(
    @Param('id') id: string,
    @Query() { wait, fail }: FindRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UpgradeView> {
    const settled = () => this.waiting.for(reply, (signal) => this.upgrades.settled(id, wait * 1000, signal));
    const record = await (wait > 0 ? this.open.waits.with(settled) : settled());
    const { status } = record.upgrade;
    if (fail && this.waiting.isOver && !isSettled(status)) {
      throw new UpdaterError(
        'service.stopping',
        'The service is stopping; the upgrade goes on when it is back',
      );
    }
    reply.status(fail ? outcomeStatus(status) : 200);
    return viewOf(record, await this.upgrades.history(id));
  }
}

function optionsOf(body: UpgradeRequest): UpgradeOptions {
  return {
    confirm: body.confirm,
    startFirst: body.start_first,
    timeout: body.timeout ?? null,
    onFailure: body.on_failure ?? null,
    leftover: body.leftover ?? null,
    ignoreHold: body.ignore_hold,
    confirmWithin: body.confirm_within ?? null,
    maxFailures: body.max_failures ?? null,
    maxParallel: body.max_parallel ?? null,
  };
}

function outcomeStatus(status: UpgradeStatus): number {
  if (!isSettled(status)) return NOT_SETTLED;
  return FAILURES.has(status) ? FAILED : 200;
}

function listQueryOf({ status, image, limit, after }: ListRequest): ListQuery {
  return {
    limit,
    ...(status === undefined ? {} : { status }),
    ...(after === undefined ? {} : { after }),
    ...(image === undefined ? {} : imageFilter(checkedReference(withoutScheme(image)))),
  };
}

/** A repository is found however it is spelled. */
function imageFilter(image: ImageReference): Pick<ListQuery, 'repository' | 'version'> {
  const version = formatImageReference({ ...image, spelling: '' });
  return { repository: repositoryOf(image), ...(version === '' ? {} : { version }) };
}
