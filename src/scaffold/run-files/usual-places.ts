import { lineAt } from '../settings/code-text.ts'
import type { Code } from '../settings/setting.ts'
import type { NamedPath } from './named-paths.ts'

/** Folders that a framework reads unless it is told others: beside the code that makes the application, or where it was started. */
const places: ReadonlyArray<readonly [form: RegExp, folders: readonly string[], besideCode: boolean]> = [
  [/(?<![\w.])(?:flask\.|quart\.)?(?:Flask|Quart)\(/, ['templates', 'static'], true],
  [/\bres(?:ponse)?\.render\(|["']view engine["']/, ['views'], false],
]

export function usualPlaces({ path: file, text }: Code): NamedPath[] {
  return places.flatMap(([form, folders, besideCode]) => {
    const at = form.exec(text)?.index
    if (at === undefined) return []
    const line = lineAt(text, at)
    return folders.map((path) => ({ path, file, line, isRead: true, isWord: false, besideCode }))
  })
}
