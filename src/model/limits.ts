/** Bytes that a reader takes of a file; whatever is larger is refused before it is in memory. */
export const limits = {
  /** What a person writes: policies, keys, credentials, certificates, ignore files. */
  written: 1_048_576,
  /** What a tool writes about one thing: a lock file, packed references. */
  listed: 64 * 1_048_576,
  /** A whole report: 50,000 findings take 100 MB. Node's longest text has 512 MB. */
  report: 500 * 1_000_000,
} as const
