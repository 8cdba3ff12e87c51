import type { Prefix } from './routers.ts'

/** A path that an application answers. */
export interface Route {
  /** As it stands in the code of the route itself. */
  path: string
  /** What stands before it; undefined if the code does not show it. */
  prefix: Prefix
}
