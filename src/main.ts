import { startApplication } from './application.js';
import { InvalidSettings } from './config/environment.js';

/** The exit status for a configuration error, see sysexits.h. */
const EX_CONFIG = 78;

try {
  const app = await startApplication();
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
} catch (error) {
  process.stderr.write(`${describe(error)}\n`);
  process.exit(error instanceof InvalidSettings ? EX_CONFIG : 1);
}

/** An error that carries a code was foreseen, here or by Node: its stack helps nobody. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof InvalidSettings || 'code' in error) return error.message;
  return error.stack ?? error.message;
}
