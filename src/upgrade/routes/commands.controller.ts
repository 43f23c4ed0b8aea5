import { Controller, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Origin } from '../../domain/caller.js';
import { RequestOrigin } from '../../http/caller.js';
import { invalidFields } from '../../http/invalid-fields.js';
import { OptionalBody } from '../../http/optional-body.js';
import type { Command } from '../judging/bearing.js';
import { UpgradeCommands } from '../upgrade.commands.js';
import { DecideRequest } from './upgrade.dto.js';
import { viewOf, type UpgradeView } from './upgrade.view.js';

/** Decides about an upgrade after it was accepted: 202 where that changes something, 200 where it is done already. */
@Controller('upgrades/:id')
export class CommandsController {
  constructor(private readonly commands: UpgradeCommands) {}

  @Post('confirm')
  confirm(
    @Param('id') id: string,
    @Query() query: DecideRequest,
    @OptionalBody() body: DecideRequest,
    @RequestOrigin() by: Origin,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UpgradeView> {
    return this.decide('confirm', { id, rollout: chosenRollout(query, body), by }, reply);
  }

  @Post('rollback')
  rollBack(
    @Param('id') id: string,
    @Query() query: DecideRequest,
    @OptionalBody() body: DecideRequest,
    @RequestOrigin() by: Origin,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UpgradeView> {
    return this.decide('rollback', { id, rollout: chosenRollout(query, body), by }, reply);
  }

  @Post('cancel')
  cancel(
    @Param('id') id: string,
    @Query() query: DecideRequest,
    @OptionalBody() body: DecideRequest,
    @RequestOrigin() by: Origin,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UpgradeView> {
    return this.decide('cancel', { id, rollout: chosenRollout(query, body), by }, reply);
  }

  private async decide(
    command: Command,
    { id, rollout, by }: Decided,
    reply: FastifyReply,
  ): Promise<UpgradeView> {
    const { record, isChanged } = await this.commands.carryOut(command, id, by, rollout);
    reply.status(isChanged ? 202 : 200);
    return viewOf(record);
  }
}

/** About what, and by whom. */
interface Decided {
  readonly id: string;
  readonly rollout: string | undefined;
  readonly by: Origin;
}

/**
 * The id of the rollout that a decision names; undefined: all are meant.
 *
 * @throws UpdaterError `request.invalid` where query and body name two.
 */
function chosenRollout(query: DecideRequest, body: DecideRequest): string | undefined {
  const { rollout = body.rollout } = query;
  if (body.rollout === undefined || body.rollout === rollout) return rollout;
  throw invalidFields([{ field: 'rollout', message: 'is another in the body than in the query' }]);
}
