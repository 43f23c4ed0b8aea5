import { startApplication } from './application.js';
import { UpdaterError } from './common/errors.js';
import { InvalidSettings } from './config/settings-registry.js';

/** The exit status for a configuration error, see sysexits.h. */
const EX_CONFIG = 78;

process.on('uncaughtException', fail);
const app = await startApplication();
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });

/** Never prints what hangs on an error, as Node itself would: an HTTP client's has the keys in it. */
function fail(error: unknown): void {
  process.stderr.write(`${describe(error)}\n`);
  process.exit(error instanceof InvalidSettings ? EX_CONFIG : 1);
}

/** What was foreseen, here or by the operating system, is said in a sentence: its stack helps nobody. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const foreseen = error instanceof InvalidSettings || error instanceof UpdaterError || 'syscall' in error;
  return foreseen ? error.message : (error.stack ?? error.message);
}
