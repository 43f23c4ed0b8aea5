import { HttpService } from '@nestjs/axios';
import type { Clock } from '../../src/common/clock.js';
import { NotifyHttp } from '../../src/notify/notify.http.js';
import { NotifyRoute } from '../../src/notify/proxy/notify.route.js';
import { ProxySettings } from '../../src/notify/proxy/proxy.settings.js';

/** What makes the requests of notifiers; through no proxy if none is named. */
export function notifyHttp(clock: Clock, proxies: Partial<ProxySettings> = {}): NotifyHttp {
  const settings = Object.assign(new ProxySettings(), proxies);
  return new NotifyHttp(new HttpService(), clock, new NotifyRoute(settings));
}
