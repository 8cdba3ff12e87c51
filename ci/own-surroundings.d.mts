/** What a program is started with: options for `execa` and for Node's `spawn`. */
export interface OwnSurroundings {
  cwd: string
  env: Record<string, string>
  /** For `execa`, which would otherwise add the whole environment of this process. */
  extendEnv: false
}

export function ownSurroundings(
  added?: Readonly<Record<string, string>>,
  env?: Readonly<Record<string, string | undefined>>,
): OwnSurroundings

export function ownPath(path: string): string[]
