import type { Prefix } from './routers.ts'

/** A path that an application answers. */
export interface Route {
  /** As it stands in the code of the route itself. */
  path: string
  /** What stands before it; undefined if the code does not show it. */
  prefix: Prefix
  /** What answers it, by a name that two routes of one server share; undefined if the code does not show it. */
  server?: string | undefined
  /** The file that registers it. */
  file?: string
}
