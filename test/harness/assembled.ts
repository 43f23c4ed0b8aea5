import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { createApplication } from '../../src/application.js';
import { SettingsRegistry } from '../../src/config/settings-registry.js';

/** Put together, never begun. */
type Assembled = Awaited<ReturnType<typeof createApplication>>;

export interface Route {
  readonly method: string;
  readonly path: string;
}

/** The service with these variables, as far as it gets without beginning. Throws what is wrong with them. */
export function assemble(variables: Readonly<Record<string, string>>): Promise<Assembled> {
  return createApplication({ variables, output: { write: () => true } });
}

/** What it would warn of at its start. */
export function warningsOf(app: Assembled): readonly string[] {
  return app.get(SettingsRegistry).warnings();
}

/** Every route that its controllers have. */
export function routesOf(app: Assembled): readonly Route[] {
  const modules = [...app.get(ModulesContainer).values()];
  const all = modules.flatMap(({ controllers }) => [...controllers.values()]);
  return all.flatMap(({ metatype }) => (typeof metatype === 'function' ? routesIn(metatype) : []));
}

function routesIn(controller: { readonly prototype: object; readonly name: string }): readonly Route[] {
  const base = String(Reflect.getMetadata(PATH_METADATA, controller));
  return Object.values(Object.getOwnPropertyDescriptors(controller.prototype)).flatMap(({ value }) => {
    if (typeof value !== 'function') return [];
    const paths = Reflect.getMetadata(PATH_METADATA, value) as string | readonly string[] | undefined;
    const method = RequestMethod[Number(Reflect.getMetadata(METHOD_METADATA, value))];
    if (paths === undefined || method === undefined) return [];
    return [paths].flat().map((path) => ({ method, path: joined(base, path) }));
  });
}

function joined(...parts: readonly string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/')}`;
}
