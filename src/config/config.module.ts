import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { ConfigModule as NestConfigModule } from '@nestjs/config';
import { ModulesContainer } from '@nestjs/core';
import { SettingsRegistry } from './settings-registry.js';
import type { SettingsType } from './settings.js';
import { given, type Variables } from './variable.js';

const SETTINGS = Symbol('settings');

/** Makes a settings class a provider of its module. */
export function provideSettings<T extends object>(type: SettingsType<T>): Provider {
  Reflect.defineMetadata(SETTINGS, true, type);
  return {
    provide: type,
    inject: [SettingsRegistry],
    useFactory: (registry: SettingsRegistry) => registry.get(type),
  };
}

/** Gives every module its settings, from the process's environment and the file `.env`; the environment wins. */
@Module({})
export class ConfigModule {
  /** @param variables instead of the process's own and of `.env` */
  static forRoot(variables?: Variables): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      imports: variables ? [] : [envFile()],
      providers: [
        {
          provide: SettingsRegistry,
          inject: [ModulesContainer],
          useFactory: (modules: ModulesContainer) =>
            new SettingsRegistry(variables ?? process.env, declared(modules)),
        },
      ],
      exports: [SettingsRegistry],
    };
  }
}

/** Puts what `.env` says where the environment says nothing: a variable that is there but empty says nothing. */
function envFile(): Promise<DynamicModule> {
  return NestConfigModule.forRoot({
    validatePredefined: false,
    validate: (file) => {
      const unsaid = Object.entries(file).filter(([name]) => given(name, process.env) === undefined);
      return Object.fromEntries(unsaid);
    },
    override: true,
  });
}

/** The settings classes among the providers of all modules. */
function declared(modules: ModulesContainer): readonly SettingsType[] {
  const tokens = [...modules.values()].flatMap((module) => [...module.providers.keys()]);
  return [...new Set(tokens)].filter(
    (token): token is SettingsType => typeof token === 'function' && Reflect.hasMetadata(SETTINGS, token),
  );
}
