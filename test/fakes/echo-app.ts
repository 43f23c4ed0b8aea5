import { Body, Controller, Get, Headers, Module, Post, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { IsString } from 'class-validator';
import { CommonModule } from '../../src/common/common.module.js';
import { ConfigModule } from '../../src/config/config.module.js';
import type { Origin } from '../../src/domain/caller.js';
import { createHttpApplication } from '../../src/http/application.js';
import { Callers, RequestOrigin, type CallerCounts } from '../../src/http/caller.js';
import type { Timeouts } from '../../src/http/server/client-errors.js';
import { HttpModule } from '../../src/http/http.module.js';
import { PathPrefix } from '../../src/http/path-prefix.js';
import { Traffic } from '../../src/http/traffic.js';

class Word {
  @IsString() readonly word: string = '';
}

/** Says back what it understood, at the addresses of the service's own entrances too. */
@Controller()
class EchoController {
  /** After so many milliseconds. */
  @Get('echo')
  async get(
    @RequestOrigin() { caller }: Origin,
    @PathPrefix() prefix: string,
    @Headers() headers: Record<string, unknown>,
    @Query('ms') ms = '0',
  ) {
    await new Promise((resolve) => setTimeout(resolve, Number(ms)));
    return { caller, prefix, headers: Object.keys(headers) };
  }

  @Post('echo')
  post(@Body() { word }: Word) {
    return { word };
  }

  @Get(['ping', 'health/live', 'health/ready', 'metrics'])
  probe() {
    return 'well';
  }
}

@Module({ imports: [HttpModule], controllers: [EchoController] })
class EchoModule {}

interface EchoOptions {
  readonly variables?: Readonly<Record<string, string>>;
  readonly timeouts?: Timeouts;
  /** Where it listens; default: 127.0.0.1. */
  readonly host?: string;
}

/** The HTTP side of the service by itself, on the loopback. */
export class EchoApp {
  private constructor(
    private readonly app: NestFastifyApplication,
    readonly url: string,
    private readonly lines: readonly string[],
  ) {}

  static async start({ variables = {}, timeouts, host = '127.0.0.1' }: EchoOptions = {}): Promise<EchoApp> {
    const lines: string[] = [];
    const imports = [
      ConfigModule.forRoot({
        AUTOUPDATE_LOG_LEVEL: 'debug',
        AUTOUPDATE_LOG_FORMAT: 'json',
        ...variables,
      }),
      CommonModule.forRoot({ output: { write: (line) => lines.push(line) } }),
    ];
    const app = await createHttpApplication({ module: EchoModule, imports }, timeouts);
    await app.listen({ port: 0, host });
    return new EchoApp(app, await app.getUrl(), lines);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get traffic(): Traffic {
    return this.app.get(Traffic);
  }

  get counts(): CallerCounts {
    return this.app.get(Callers).counts;
  }

  /** What the log says, parsed. */
  get log(): readonly Readonly<Record<string, unknown>>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
