import parse from 'spdx-expression-parse'

/** A parsed SPDX licence expression (SPDX 2.3, annex D). */
export type LicenseExpression =
  | { kind: 'license'; id: string }
  | { kind: 'and' | 'or'; left: LicenseExpression; right: LicenseExpression }

/** Longer ones are refused, so that a hostile package cannot exhaust the parser's stack. */
const longestExpression = 2_000

/**
 * Parses an SPDX expression; undefined if the text is not one. Licence IDs are returned in their current form:
 * `AGPL-3.0+` is `AGPL-3.0-or-later`.
 */
export function parseLicenseExpression(text: string): LicenseExpression | undefined {
  if (text.length > longestExpression) return undefined
  try {
    return toExpression(parse(text.trim()))
  } catch {
    return undefined
  }
}

/** Whether a text is exactly one licence of the SPDX list or one `LicenseRef-...`. */
export function isLicenseId(text: string): boolean {
  return parseLicenseExpression(text)?.kind === 'license' && !/[\s()]/.test(text)
}

/** The current form of a licence ID: the SPDX list renamed the GNU licences from `GPL-2.0` and `GPL-2.0+` to `-only` and `-or-later`. */
export function currentLicenseId(id: string, orLater = false): string {
  const plain = id.replace(/\+$/, '')
  const later = orLater || plain !== id
  if (/^(A?GPL|LGPL|GFDL)-\d+(\.\d+)*$/.test(plain)) return `${plain}-${later ? 'or-later' : 'only'}`
  return plain
}

function toExpression(parsed: ReturnType<typeof parse>): LicenseExpression {
  if ('license' in parsed) return { kind: 'license', id: currentLicenseId(parsed.license, parsed.plus === true) }
  return { kind: parsed.conjunction, left: toExpression(parsed.left), right: toExpression(parsed.right) }
}
