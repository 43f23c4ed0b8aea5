import { isIPv6 } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { HttpSettings } from './http.settings.js';

const HOST: keyof HttpSettings = 'AUTOUPDATE_HTTP_HOST';
const PORT: keyof HttpSettings = 'AUTOUPDATE_HTTP_PORT';

/** What the operating system has against it, by its codes; all others can be due to either variable. */
const BLAMED: Readonly<Record<string, string>> = {
  EADDRINUSE: PORT,
  EACCES: PORT,
  EADDRNOTAVAIL: HOST,
  EAFNOSUPPORT: HOST,
  ENOTFOUND: HOST,
  EAI_AGAIN: HOST,
};

/** The settings are well-formed, but this machine does not let the service listen there; says which variable to change. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen';
}

/**
 * Opens the port that the settings name, and answers the address: the host as it is configured, `*` for all interfaces.
 *
 * @throws CannotListen
 */
export async function listen(app: NestFastifyApplication): Promise<string> {
  const { AUTOUPDATE_HTTP_PORT: port, AUTOUPDATE_HTTP_HOST: host } = app.get(HttpSettings);
  try {
    await app.listen({ port, host });
    return addressOf(host, new URL(await app.getUrl()).port);
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    const variables = BLAMED[error.code] ?? `${HOST} or ${PORT}`;
    throw new CannotListen(`${variables} cannot be listened on: ${error.message}`);
  }
}

function addressOf(host: string, port: string): string {
  const bracketed = isIPv6(host) ? `[${host}]` : host || '*';
  return `http://${bracketed}:${port}`;
}

function isOfSystem(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
