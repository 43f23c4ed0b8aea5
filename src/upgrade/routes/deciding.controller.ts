import { Controller, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Command } from '../deciding.js';
import { UpgradeCommands } from '../upgrade.commands.js';
import { DecideRequest } from './upgrade.dto.js';
import { viewOf, type UpgradeView } from './upgrade.view.js';

/** Decides about an upgrade after it was accepted: 202 where something was to be done, 200 where it is done already. */
@Controller('upgrades/:id')
export class DecidingController {
  constructor(private readonly commands: UpgradeCommands) {}

  @Post('confirm')
  confirm(
    @Param('id') id: string,
    @Query() query: DecideRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UpgradeView> {
    return this.decide('confirm', id, query, reply);
  }

  @Post('rollback')
  rollBack(
    @Param('id') id: string,
    @Query() query: DecideRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UpgradeView> {
    return this.decide('rollback', id, query, reply);
  }

  @Post('cancel')
  cancel(
    @Param('id') id: string,
    @Query() query: DecideRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UpgradeView> {
    return this.decide('cancel', id, query, reply);
  }

  private async decide(
    command: Command,
    id: string,
    { rollout }: DecideRequest,
    reply: FastifyReply,
  ): Promise<UpgradeView> {
    const { record, done } = await this.commands.carryOut(command, id, rollout);
    reply.status(done ? 202 : 200);
    return viewOf(record);
  }
}
