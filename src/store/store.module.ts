import { Module, type Type } from '@nestjs/common';
import { provideOne } from '../common/kinds.js';
import { provideSettings } from '../config/config.module.js';
import { HistoryKeeper } from './history.keeper.js';
import { SqliteStore } from './sqlite/sqlite.store.js';
import { OpenWorkReport } from './open-work.report.js';
import { StoreSettings } from './store.settings.js';
import { UpgradeStore } from './upgrade-store.js';

/** The stores there are. The first is in use. */
export const STORES = [SqliteStore] as const satisfies readonly Type<UpgradeStore>[];

@Module({
  providers: [
    provideSettings(StoreSettings),
    ...provideOne(UpgradeStore, STORES[0]),
    HistoryKeeper,
    OpenWorkReport,
  ],
  exports: [UpgradeStore],
})
export class StoreModule {}
