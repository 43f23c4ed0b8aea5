import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PathPrefix } from '../http/path-prefix.js';
import { openApiDocument, type OpenApiDocument } from './document.js';
import { pageOf } from './page/page.js';
import { PAGE_POLICY } from './page/style.js';

/** Tells what this service can be asked. */
@Controller()
export class OpenApiController {
  @Get('openapi.json')
  document(@PathPrefix() prefix: string): OpenApiDocument {
    return openApiDocument(prefix);
  }

  @Get('docs')
  page(@PathPrefix() prefix: string, @Res({ passthrough: true }) reply: FastifyReply): string {
    reply.header('content-type', 'text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY);
    // Right under whatever path the page is published, also where nobody says which.
    const isFolder = /^[^?]*\/(\?|$)/.test(reply.request.url);
    return pageOf(openApiDocument(prefix), isFolder ? '../openapi.json' : 'openapi.json');
  }
}
