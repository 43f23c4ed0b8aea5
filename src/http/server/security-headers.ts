import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/**
 * Puts security headers on every answer, refusals too; has to be called before any hook is added that refuses. They fit
 * plain HTTP in here and TLS outside: whether browsers must use TLS is for the gateway to say, which alone knows.
 */
export async function addSecurityHeaders(fastify: FastifyInstance): Promise<void> {
  await fastify.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    strictTransportSecurity: false,
  });
}
