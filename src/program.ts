import { createApplication, startApplication } from './application.js';
import { Ending } from './common/ending.js';
import { stackOf, UpdaterError } from './common/errors.js';
import { Log } from './common/log.js';
import { InvalidSettings } from './config/settings-registry.js';
import { CannotListen } from './http/listening.js';
import { onSignals } from './signals.js';

/** The exit status for a configuration error, see sysexits.h. */
const EX_CONFIG = 78;

let log: Log | null = null;
let isStarted = false;

// A rejection that nobody handles comes here too: Node makes an uncaught exception of it.
process.on('uncaughtException', fail);
const app = await createApplication();
log = app.get(Log);
const starting = startApplication(app);
// In the turn in which work begins: until then a signal ends the program at once.
onSignals(() => void end(0));
await starting;
isStarted = true;
void app.get(Ending).asked.then(fallShort);

/** Ends the program as a signal would, but as a failure. */
function fallShort(reason: UpdaterError): Promise<void> {
  log?.error(`the service ends: ${reason.message}`);
  return end(1);
}

/** Brings everything to a safe point, once all has begun. Asked for again, it goes on. */
async function end(status: number): Promise<void> {
  await starting;
  await app.close();
  process.exit(status);
}

/**
 * Ends the program. What keeps it from starting and was foreseen, here or by the operating system, is said in a sentence:
 * its stack helps nobody. All goes into the log, which masks secrets, as soon as there is one. Never prints what hangs on an
 * error, as Node itself would: an HTTP client's has the keys in it.
 */
function fail(error: unknown): void {
  const stack = stackOf(error);
  const sentence = !isStarted && isForeseen(error) ? error.message : null;
  if (!log) process.stderr.write(`${sentence ?? stack}\n`);
  else if (sentence !== null) log.error(`the service does not start: ${sentence}`);
  else log.error('the service ends by a failure that nobody foresaw', { error: stack });
  process.exit(error instanceof InvalidSettings ? EX_CONFIG : 1);
}

function isForeseen(error: unknown): error is Error {
  return (
    error instanceof InvalidSettings ||
    error instanceof CannotListen ||
    error instanceof UpdaterError ||
    (error instanceof Error && 'syscall' in error)
  );
}
