import type { Platform, SecretSearch, Violation } from '../model/index.ts'
import { byteSize, counted } from '../model/measures.ts'

/** The ID for parts that the search skipped because of its own limits, or does not account for. It rejects whatever the policy allows. */
export const notSearched = 'secrets-not-searched'

type Unread = SecretSearch['notLookedAt'][number]

const unreadReasons: Readonly<Record<Unread['because'], string>> = {
  encrypted: 'encrypted',
  'unknown-format': 'compressed in an unsupported format',
  damaged: 'damaged or truncated',
  'key-store': 'password-protected key stores',
  'too-deep': 'nested too deeply',
  'too-much': 'beyond the limit of unpacked data per image',
}

/** What rejects because it was not searched. */
export function unsearched(search: SecretSearch | undefined, platform: Platform): Violation[] {
  if (search === undefined)
    return [say(platform, notSearched, '', 'no record of what was searched', 'Scan the image again.')]
  return search.notLookedAt
    .filter(isOwnLimit)
    .map((unread) => tellUnread(unread, platform, notSearched, 'Remove such archives from the image.'))
}

/** What cannot be searched: reported, but not a reason to reject. */
export function notLookedAt(search: SecretSearch | undefined, platform: Platform): Violation[] {
  return (search?.notLookedAt ?? [])
    .filter((one) => !isOwnLimit(one))
    .map((one) => tellUnread(one, platform, 'secrets-not-looked-at', 'Check that it contains no credential.'))
}

/** How much was searched, how much was not, and how many credentials are public, in one line. */
export function searchLine(search: SecretSearch | undefined, published: number): string {
  if (search === undefined) return 'in an unknown part of the image'
  const files = search.notLookedAt.reduce((sum, one) => sum + one.files, 0)
  const bytes = search.notLookedAt.reduce((sum, one) => sum + one.bytes, 0)
  const rest = files === 0 ? '' : `, ${counted(files, 'place')} of ${byteSize(bytes)} not searched`
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
  const found = `${counted(files, 'place')} of ${byteSize(bytes)} not searched, ${unreadReasons[because]}: ${some(paths, files)}`
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
