import { posix } from 'node:path'
import type { Situation } from './repair.ts'

/** Programs that start others, each as the user that their configuration says. */
const supervisor =
  /^(supervisord|s6-svscan|s6-overlay-suexec|init|runsvdir|runsvdir-start|runit|runit-init|my_init|monit|circusd|cron|crond|systemd)$/

/** Commands that change the user of what they start, or the owner of files that it needs. */
const changing = /\b(gosu|su-exec|setpriv|runuser|chpst|s6-setuidgid|setuidgid|sudo|su|chown|start-stop-daemon)\b/

/** Files that configure a supervisor. */
const configuring = /supervisor|(^|\/)(s6|s6-overlay|s6-rc\.d|services\.d|cont-init\.d|runit|sv)\/|\.(conf|ini)$/

/**
 * Why the started program needs root to start others: a supervisor, or a script that changes users. Undefined if nothing in
 * the source says so.
 */
export function needsRootToStart({ image, source }: Pick<Situation, 'image' | 'source'>): string | undefined {
  const { entrypoint = [], cmd = [] } = image.configuration ?? {}
  const words = [...entrypoint, ...cmd].flatMap((word) => word.split(/[\s;&|]+/)).map((word) => posix.basename(word))
  const inline = words.find((word) => changing.test(word) && word === changing.exec(word)?.[0])
  if (inline !== undefined) return `The command uses ${inline}`
  const named = words.find((word) => supervisor.test(word))
  const files = [...source.texts].filter(([path]) => configuring.test(path))
  const others = files.find(
    ([, text]) => changing.test(text) || /^[ \t]*user[ \t]*=[ \t]*(?!(root|0)[ \t\r]*$)\S/m.test(text),
  )
  // Without its configuration nobody knows as whom it starts the others.
  if (named !== undefined && (others !== undefined || files.length === 0))
    return others === undefined
      ? `${named} starts programs by a configuration that is not in the source`
      : `${named} starts programs as other users (${others[0]})`
  const script = startedScripts(source, words).find((path) => changing.test(source.texts.get(path) ?? ''))
  return script === undefined ? undefined : `${script} changes users or owners`
}

/** The scripts of the source that are started, and those that they name. */
function startedScripts({ texts }: Situation['source'], words: readonly string[]): string[] {
  const scripts = [...texts.keys()].filter((path) => /^[\w-]+(\.(sh|bash|ash))?$/.test(posix.basename(path)))
  const found = new Set(scripts.filter((path) => words.includes(posix.basename(path))))
  for (const one of found)
    for (const other of scripts)
      if (!found.has(other) && (texts.get(one) ?? '').includes(posix.basename(other))) found.add(other)
  return [...found]
}
