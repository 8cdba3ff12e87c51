// Moves the clock of the tests' process, and with it the times of files as the process sees and sets them: `npm run check:later`. No test may depend on the day on which it runs.
import fs, { type Stats } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const shift = Number(process.env['LOADLINE_DAYS_ON'] ?? 0) * 86_400_000
const Today = globalThis.Date

class LaterDate extends Today {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [LaterDate.now()] : given) as [number]))
  }

  static override now(): number {
    return Today.now() + shift
  }
}

type Call = (...given: unknown[]) => unknown

function seenLater(about: unknown): unknown {
  const stats = about as Stats | undefined
  if (typeof stats?.mtimeMs !== 'number') return about
  for (const name of ['atime', 'mtime', 'ctime', 'birthtime'] as const) {
    stats[`${name}Ms`] += shift
    stats[name] = new Today(stats[`${name}Ms`])
  }
  return stats
}

const seconds = (time: unknown) => Number(time) / (time instanceof Today ? 1_000 : 1)
const setEarlier = ([path, accessed, modified, ...rest]: unknown[]) => [
  path,
  ...[accessed, modified].map((time) => seconds(time) - shift / 1_000),
  ...rest,
]

/** Replaces a function of the file system by one that knows the other clock. */
function replace(room: object, name: string, by: (original: Call) => Call): void {
  const functions = room as Record<string, Call>
  const original = functions[name]
  if (original !== undefined) functions[name] = by(original.bind(room))
}

if (shift !== 0) {
  globalThis.Date = LaterDate as DateConstructor
  for (const name of ['stat', 'lstat', 'fstat']) {
    replace(
      fs,
      `${name}Sync`,
      (original) =>
        (...given) =>
          seenLater(original(...given)),
    )
    replace(
      fs.promises,
      name,
      (original) =>
        async (...given) =>
          seenLater(await original(...given)),
    )
    replace(fs, name, (original) => (...given) => {
      const done = given.pop() as Call
      original(...given, (error: unknown, about: unknown) => done(error, seenLater(about)))
    })
  }
  for (const name of ['utimes', 'lutimes', 'futimes']) {
    replace(
      fs,
      `${name}Sync`,
      (original) =>
        (...given) =>
          original(...setEarlier(given)),
    )
    replace(
      fs.promises,
      name,
      (original) =>
        (...given) =>
          original(...setEarlier(given)),
    )
    replace(
      fs,
      name,
      (original) =>
        (...given) =>
          original(...setEarlier(given)),
    )
  }
  syncBuiltinESMExports()
}
