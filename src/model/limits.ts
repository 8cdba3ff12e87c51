/** The most bytes that are read from a file; a larger one is refused before it is in memory. */
export const limits = {
  /** Files written by people: policies, keys, credentials, certificates, ignore files. */
  written: 1_048_576,
  /** Files written by a tool about one thing: a lock file, packed references. */
  listed: 64 * 1_048_576,
  /** Whole reports: 50,000 findings take 100 MB. Node's longest string has 512 MB. */
  report: 500 * 1_000_000,
} as const
