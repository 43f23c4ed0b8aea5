import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Readiness, ReadinessService } from './readiness.service.js';

/** What probes ask. A Rancher that is down makes the service not ready, but leaves it alive: it takes requests still. */
@Controller()
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  @Get('ping')
  ping(): string {
    return 'Pong!';
  }

  @Get('health/live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.readiness.check();
    reply.status(readiness.status === 'ready' ? 200 : 503);
    return readiness;
  }
}
