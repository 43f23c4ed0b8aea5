import { OneOf, Text } from '../config/decorators.js';
import { isOff } from '../config/switch-words.js';
import { LOG_LEVELS, type LogLevel } from './log.js';

/** What the log says, and how. */
export class LogSettings {
  @OneOf(LOG_LEVELS) readonly AUTOUPDATE_LOG_LEVEL: LogLevel = 'info';
  /** Not set: text at a terminal, else JSON. */
  @OneOf(['json', 'text']) readonly AUTOUPDATE_LOG_FORMAT: 'json' | 'text' | undefined = undefined;
  /** The predecessor's way to ask for the level `debug`; other programs' values (`app:*`) count as yes too. */
  @Text() readonly DEBUG: string | undefined = undefined;

  get level(): LogLevel {
    const debug = this.DEBUG !== undefined && !isOff(this.DEBUG);
    return debug ? 'debug' : this.AUTOUPDATE_LOG_LEVEL;
  }
}
