import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { invalidFields } from '../http/invalid-fields.js';
import { OpenRequests } from '../http/open-requests.js';
import { TextDelivery } from '../http/text-delivery.js';
import { Waiting } from '../http/waiting.js';
import type { AuditEntry } from '../domain/audit.js';
import { RancherService } from '../rancher/rancher.service.js';
import { UpgradeStore, type AuditPage, type AuditQuery } from '../store/upgrade-store.js';
import { AuditRequest } from './audit.dto.js';
import { auditEntryView } from './audit.view.js';

const LINES = 'application/x-ndjson';

/** Entries of a page where nobody says, and those that are read at once for a stream. */
const PAGE = 20;
const AT_ONCE = 100;

/** Tells who did what, newest first: a page, or all of it as lines. */
@Controller()
export class AuditController {
  constructor(
    private readonly store: UpgradeStore,
    private readonly rancher: RancherService,
    private readonly open: OpenRequests,
    private readonly waiting: Waiting,
    private readonly delivery: TextDelivery,
  ) {}

  @Get('audit')
  async tell(
    @Query() request: AuditRequest,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    reply.header('vary', 'accept');
    const query = this.queryOf(request);
    if (isForLines(accept))
      return this.open.streams.with(() => this.stream(query, request.limit ?? Infinity, reply));
    const page = { ...query, limit: request.limit ?? PAGE };
    const { data, next } = await this.waiting.for(reply, (signal) => this.store.audit(page, signal));
    reply.send({ data: data.map(auditEntryView), next });
  }

  /** What is wrong shows with the first page, which can still be answered with an error. */
  private async stream(query: AuditQuery, limit: number, reply: FastifyReply): Promise<void> {
    const beginning = { ...query, limit: Math.min(limit, AT_ONCE) };
    const first = await this.waiting.for(reply, (signal) => this.store.audit(beginning, signal));
    const { raw, request } = reply.hijack();
    raw.writeHead(200, { 'content-type': LINES, vary: 'accept', 'x-request-id': request.id });
    if (request.method === 'HEAD') return void raw.end();
    await this.waiting.for(reply, (signal) =>
      this.delivery.send(this.lines(first, query, limit, signal), raw, signal),
    );
  }

  private async *lines(
    first: AuditPage,
    query: AuditQuery,
    limit: number,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    let left = limit - first.data.length;
    let page = first;
    yield linesOf(page.data);
    while (page.next !== null && left > 0 && !signal.aborted) {
      const more: AuditQuery = { ...query, after: page.next, limit: Math.min(left, AT_ONCE) };
      page = await this.store.audit(more, signal);
      left -= page.data.length;
      yield linesOf(page.data);
    }
  }

  private queryOf({ upgrade, environment, service, limit = PAGE, ...query }: AuditRequest): AuditQuery {
    if (service !== undefined && environment === undefined) {
      throw invalidFields([{ field: 'environment', message: 'must be said where a service is' }]);
    }
    const place = environment === undefined ? {} : this.placeOf(environment, service);
    return { ...query, limit, ...(upgrade === undefined ? {} : { upgradeId: upgrade }), ...place };
  }

  private placeOf(
    environment: string,
    service: string | undefined,
  ): Pick<AuditQuery, 'environment' | 'service'> {
    return service === undefined
      ? { environment }
      : { service: this.rancher.referenceTo(environment, service) };
  }
}

function linesOf(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(auditEntryView(entry))}\n`).join('');
}

/** Whether a caller takes lines; who takes anything gets a page. */
function isForLines(accept = ''): boolean {
  return accept.split(',').some((range) => range.split(';', 1).join('').trim().toLowerCase() === LINES);
}
