import { describe, expect, it } from 'vitest'
import {
  describePackages,
  parsePackageRecords,
  unmetDependencies,
} from '../../../../toolchain/bases/assembly/package-record.ts'

// Cut from the control file of libssl3 3.0.22-1~deb12u2 and from a status file of Debian 12.
const libssl3 = `Package: libssl3
Source: openssl
Version: 3.0.22-1~deb12u2
Architecture: amd64
Maintainer: Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>
Depends: libc6 (>= 2.34)
Description: Secure Sockets Layer toolkit - shared libraries
 This package is part of the OpenSSL project's implementation of the SSL
 .
 and TLS cryptographic protocols.`

const status = `Package: adduser
Status: install ok installed
Version: 3.134
Architecture: all
Depends: passwd, debconf (>= 0.5) | debconf-2.0

Package: old-tool
Status: deinstall ok config-files
Version: 1
Architecture: all

Package: mawk
Status: install ok installed
Provides: awk
Version: 1.3.4.20200120-3.1
Architecture: amd64
Pre-Depends: libc6:any (>= 2.29)
`

describe('parsePackageRecords', () => {
  it('keeps the stanza as it is and reads what identifies the package', () => {
    expect(parsePackageRecords(libssl3)).toEqual([
      {
        name: 'libssl3',
        version: '3.0.22-1~deb12u2',
        architecture: 'amd64',
        provides: [],
        dependencies: [['libc6']],
        stanza: libssl3,
      },
    ])
  })

  it('skips what was removed and left only its configuration', () => {
    expect(parsePackageRecords(status).map((record) => record.name)).toEqual(['adduser', 'mawk'])
  })

  it('drops versions and architectures from dependencies and keeps alternatives together', () => {
    const [adduser, mawk] = parsePackageRecords(status)
    expect(adduser?.dependencies).toEqual([['passwd'], ['debconf', 'debconf-2.0']])
    expect(mawk).toMatchObject({ provides: ['awk'], dependencies: [['libc6']] })
  })

  it('reads nothing from nothing', () => {
    expect(parsePackageRecords('\n \n')).toEqual([])
  })

  it('refuses a stanza without version, and lines that belong to no field', () => {
    expect(() => parsePackageRecords('Package: a\nArchitecture: all\n')).toThrow('the field "version"')
    expect(() => parsePackageRecords('<html>not found</html>')).toThrow('found "<html>not found</html>"')
    expect(() => parsePackageRecords(' continued: nothing')).toThrow('expected a Debian control field')
  })
})

describe('unmetDependencies', () => {
  it('names each package whose need nothing meets', () => {
    expect(unmetDependencies(parsePackageRecords(`${libssl3}\n\n${status}`), ['passwd'])).toEqual([
      'adduser needs debconf or debconf-2.0',
      'libssl3 needs libc6',
      'mawk needs libc6',
    ])
  })

  it('accepts what is provided under another name and what is left out on purpose', () => {
    const needsAwk = 'Package: base-files\nVersion: 12.4\nArchitecture: amd64\nPre-Depends: awk\n'
    expect(unmetDependencies(parsePackageRecords(`${status}\n${needsAwk}`), ['libc6', 'passwd', 'debconf'])).toEqual([])
  })
})

describe('describePackages', () => {
  it('says the same for the same packages in any order', () => {
    const records = parsePackageRecords(status)
    expect(describePackages(records.toReversed())).toBe(describePackages(records))
    expect(describePackages(records)).toMatch(/^Debian bookworm packages: 2, sha256:[0-9a-f]{64}$/)
  })

  it('says something else for another version', () => {
    const changed = parsePackageRecords(status.replace('Version: 3.134', 'Version: 3.135'))
    expect(describePackages(changed)).not.toBe(describePackages(parsePackageRecords(status)))
  })
})
