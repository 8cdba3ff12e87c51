import { readFileSync } from 'node:fs'
import * as parts from '../node_modules/@dagger.io/dagger/dist/src/module/introspector/dagger_module/index.js'
import type { DescribedPart } from './describe-module.ts'

/** Reads back what `describeModule` gave, as the objects that the SDK's own reader would have made. */
export function reviveModule(file: string): parts.DaggerModule {
  return JSON.parse(readFileSync(file, 'utf8'), (_name, value: unknown) =>
    isDescribed(value) ? revive(value) : value,
  ) as parts.DaggerModule
}

function revive({ '@class': className, '@location': location, ...properties }: DescribedPart): object {
  // Classes that the SDK does not export have no methods that are called after reading.
  const prototype = (parts as Record<string, unknown> as Record<string, { prototype: object } | undefined>)[className]
    ?.prototype
  const revived: object = Object.assign(Object.create(prototype ?? Object.prototype) as object, properties)
  return location === undefined ? revived : Object.assign(revived, { getLocation: () => location })
}

function isDescribed(value: unknown): value is DescribedPart {
  return typeof value === 'object' && value !== null && '@class' in value
}
