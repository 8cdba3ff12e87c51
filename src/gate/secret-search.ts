import type { Platform, SecretSearch, Violation } from '../model/index.ts'
import { byteSize, counted } from '../model/measures.ts'

/** The id of what no search looked at because it came to its own limits, or says nothing of them. It denies whatever the policy allows. */
export const notSearched = 'secrets-not-searched'

type Unread = SecretSearch['notLookedAt'][number]

const unreadReasons: Readonly<Record<Unread['because'], string>> = {
  encrypted: 'encrypted',
  'unknown-format': 'compressed in a way that is not read',
  damaged: 'damaged, or cut off',
  'key-store': 'key stores, which a password locks',
  'too-deep': 'nested too deeply',
  'too-much': 'beyond what is unpacked of one image',
}

/** What denies because nobody searched there. */
export function unsearched(search: SecretSearch | undefined, platform: Platform): Violation[] {
  if (search === undefined)
    return [say(platform, notSearched, '', 'nobody says what was searched', 'Scan the image again.')]
  return search.notLookedAt
    .filter(isOwnLimit)
    .map((unread) => tellUnread(unread, platform, notSearched, 'Leave such archives out of the image.'))
}

/** What nobody can look into: reported, and no reason to deny. */
export function notLookedAt(search: SecretSearch | undefined, platform: Platform): Violation[] {
  return (search?.notLookedAt ?? [])
    .filter((one) => !isOwnLimit(one))
    .map((one) =>
      tellUnread(one, platform, 'secrets-not-looked-at', 'Look for yourself that no credential is in there.'),
    )
}

/** How much was searched, how much was not, and how many credentials are known to others, in one line. */
export function searchLine(search: SecretSearch | undefined, published: number): string {
  if (search === undefined) return 'nobody says where'
  const files = search.notLookedAt.reduce((sum, one) => sum + one.files, 0)
  const bytes = search.notLookedAt.reduce((sum, one) => sum + one.bytes, 0)
  const rest = files === 0 ? '' : `, ${counted(files, 'place')} of ${byteSize(bytes)} not looked at`
  const known = published === 0 ? '' : `, ${counted(published, 'published one')}`
  return `in ${counted(search.files, 'file')} of ${byteSize(search.bytes)}${known}${rest}`
}

function isOwnLimit({ because }: Unread): boolean {
  return because === 'too-deep' || because === 'too-much'
}

function tellUnread(
  { because, files, bytes, paths }: Unread,
  platform: Platform,
  id: string,
  remedy: string,
): Violation {
  const found = `${counted(files, 'place')} of ${byteSize(bytes)} not looked at, ${unreadReasons[because]}: ${some(paths, files)}`
  return say(platform, id, because, found, remedy)
}

function say(platform: Platform, id: string, subject: string, found: string, remedy: string): Violation {
  const wanted = 'every byte of the image searched for credentials'
  return { id, subject, severity: 'unknown', platform, wanted, found, remedy }
}

/** The first three of some names, and how many more there are of `count`. */
export function some(names: readonly string[], count: number): string {
  const shown = names.slice(0, 3)
  return `${shown.join(', ')}${count > shown.length ? ` and ${counted(count - shown.length, 'other')}` : ''}`
}
