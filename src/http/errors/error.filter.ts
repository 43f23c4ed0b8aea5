import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { stackOf, UpdaterError } from '../../common/errors.js';
import { Log } from '../../common/log.js';
import { BODY_LIMIT } from '../bodies/json-body.js';
import { requestPath } from '../server/request-log.js';
import { Routes } from '../server/routes.js';
import { STATUS } from '../statuses.js';
import { noteRefusal } from '../server/refusals.js';

/** Turns whatever is thrown while a request is answered into `{code, message, fields?}`; decides on every status. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly routes: Routes,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = statusOf(exception) === 404 ? this.noRoute(request, reply) : foreseen(exception);
    if (!error) return this.confess(exception, request, reply);
    if (STATUS[error.code] >= 500) {
      const { id, method } = request;
      this.log.warn(error.message, { request: id, method, path: requestPath(request), code: error.code });
    } else noteRefusal(request, error);
    answer(error, reply);
  }

  private noRoute(request: FastifyRequest, reply: FastifyReply): UpdaterError {
    const path = requestPath(request);
    const methods = this.routes.methodsOf(path).join(', ');
    if (methods === '') return new UpdaterError('request.not_found', `There is nothing at ${path}`);
    reply.header('allow', methods);
    return new UpdaterError('request.method_not_allowed', `${path} takes only ${methods}`);
  }

  /** Not foreseen, so a bug. */
  private confess(exception: unknown, request: FastifyRequest, reply: FastifyReply): void {
    this.log.error('a request failed unexpectedly', {
      request: request.id,
      method: request.method,
      path: requestPath(request),
      error: stackOf(exception),
    });
    const message = `Something went wrong in here; the log says more about request ${request.id}`;
    void reply.status(500).send({ code: 'internal.error', message });
  }
}

/** The failure in our words; null: nobody foresaw it. */
function foreseen(exception: unknown): UpdaterError | null {
  if (exception instanceof UpdaterError) return exception;
  const status = statusOf(exception);
  if (status === 403)
    return new UpdaterError('request.cross_site', 'Web pages of other sites may not send this');
  if (status === 413)
    return new UpdaterError('request.too_large', `The body is larger than ${BODY_LIMIT} bytes`);
  if (status < 400 || status >= 500) return null;
  return new UpdaterError(
    'request.invalid',
    exception instanceof Error ? exception.message : 'The request is broken',
  );
}

function answer({ code, message, details }: UpdaterError, reply: FastifyReply): void {
  if (details.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(details.retryAfterMs / 1000));
  // No challenge that a browser knows: signing in is the gateway's matter.
  if (STATUS[code] === 401) reply.header('www-authenticate', 'Gateway');
  void reply.status(STATUS[code]).send({ code, message, ...(details.fields && { fields: details.fields }) });
}

/** Of an error of Nest, of Fastify, or of a connection that broke while the body was read. */
function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  if (typeof exception !== 'object' || exception === null || !('statusCode' in exception)) return 500;
  return Number(exception.statusCode);
}
