import { Controller, Delete, Get, HttpCode, Param, Query, UseGuards } from '@nestjs/common';
import type { Origin } from '../../domain/caller.js';
import type { Hold } from '../../domain/rollout.js';
import type { Named } from '../../domain/service.js';
import { RequestOrigin } from '../../http/caller.js';
import { NoQuery } from '../../http/no-query.guard.js';
import { HoldService } from '../holds/hold.service.js';
import { PageRequest } from './upgrade.dto.js';
import { rolloutView, type RolloutView } from './upgrade.view.js';

/** A version that is not offered to a service again. */
interface HoldView {
  readonly environment: Named;
  readonly stack: Named;
  readonly service: Named;
  readonly image: string;
  readonly since: string;
  /** The upgrade that was rolled back. */
  readonly upgrade: string;
}

/** What is known of single services: their history, and what is held back from them. */
@Controller()
export class ServicesController {
  constructor(private readonly holds: HoldService) {}

  @Get('holds')
  @UseGuards(NoQuery)
  async list(): Promise<{ readonly data: readonly HoldView[] }> {
    return { data: (await this.holds.all()).map(holdView) };
  }

  @Delete('services/:environment/:service/hold')
  @HttpCode(204)
  @UseGuards(NoQuery)
  async lift(
    @Param('environment') environment: string,
    @Param('service') service: string,
    @RequestOrigin() by: Origin,
  ): Promise<void> {
    await this.holds.lift(environment, service, by);
  }

  @Get('services/:environment/:service/upgrades')
  async history(
    @Param('environment') environment: string,
    @Param('service') service: string,
    @Query() { limit, after }: PageRequest,
  ): Promise<{ readonly data: readonly ServiceRolloutView[]; readonly next: string | null }> {
    const { data, next } = await this.holds.history(environment, service, limit, after);
    return { data: data.map((rollout) => ({ upgrade: rollout.upgradeId, ...rolloutView(rollout) })), next };
  }
}

type ServiceRolloutView = RolloutView & { readonly upgrade: string };

function holdView({ environment, stack, service, name, image, since, upgradeId }: Hold): HoldView {
  return {
    environment,
    stack,
    service: { id: service.id, name },
    image,
    since: since.toISOString(),
    upgrade: upgradeId,
  };
}
