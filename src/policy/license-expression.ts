import parse from 'spdx-expression-parse'

/** An SPDX licence expression (SPDX 2.3, annex D), read. */
export type LicenseExpression =
  | { kind: 'license'; id: string }
  | { kind: 'and' | 'or'; left: LicenseExpression; right: LicenseExpression }

/** Longer ones are refused, so that a hostile package cannot exhaust the parser's stack. */
const longestExpression = 2_000

/** Reads an SPDX expression; undefined where the text is none. Licence ids come back in their present form: `AGPL-3.0+` is `AGPL-3.0-or-later`. */
export function parseLicenseExpression(text: string): LicenseExpression | undefined {
  if (text.length > longestExpression) return undefined
  try {
    return toExpression(parse(text.trim()))
  } catch {
    return undefined
  }
}

/** True for one licence of the SPDX list or one `LicenseRef-...`, with nothing around it. */
export function isLicenseId(text: string): boolean {
  return parseLicenseExpression(text)?.kind === 'license' && !/[\s()]/.test(text)
}

/** The present form of a licence id: the SPDX list renamed the GNU licences from `GPL-2.0` and `GPL-2.0+` to `-only` and `-or-later`. */
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
