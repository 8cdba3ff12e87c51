import { describe, expect, it } from 'vitest'
import {
  networkSettings,
  parseIndexTargets,
  renderSources,
} from '../../../../toolchain/bases/assembly/debian-archive.ts'

const targets = [
  'http://mirror.example/debian/|bookworm|main|',
  'http://mirror.example/debian/|bookworm|contrib|',
  'http://mirror.example/debian/|bookworm|main|',
  'http://mirror.example/security/|bookworm-security|main|',
  'http://packages.example/tool/|stable|main|',
].join('\n')

describe('parseIndexTargets', () => {
  it('takes the component main of the suites of Debian 12, each once', () => {
    expect(parseIndexTargets(targets)).toEqual([
      { uri: 'http://mirror.example/debian/', suite: 'bookworm' },
      { uri: 'http://mirror.example/security/', suite: 'bookworm-security' },
    ])
  })

  it('refuses a machine without security updates: its images would fail the gate', () => {
    expect(() => parseIndexTargets('http://mirror.example/debian/|bookworm|main|')).toThrow(
      'expected the component main of bookworm-security',
    )
  })

  it('refuses a machine of another release', () => {
    expect(() => parseIndexTargets('http://mirror.example/debian/|trixie|main|')).toThrow(
      'expected the component main of bookworm among',
    )
  })
})

describe('renderSources', () => {
  it('accepts only what the archive keys of Debian have signed', () => {
    expect(renderSources([{ uri: 'http://mirror.example/debian/', suite: 'bookworm' }])).toBe(
      'Types: deb\nURIs: http://mirror.example/debian/\nSuites: bookworm\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n',
    )
  })

  it('leaves credentials out when asked', () => {
    const repository = { uri: 'https://user:token@mirror.example/debian/', suite: 'bookworm' }
    expect(renderSources([repository], { credentials: false })).toContain('URIs: https://mirror.example/debian/\n')
    expect(renderSources([repository])).toContain('user:token@')
  })
})

describe('networkSettings', () => {
  it('keeps how the archive is reached and nothing that runs or weakens', () => {
    const dump = [
      'Acquire "";',
      'Acquire::AllowInsecureRepositories "1";',
      'Acquire::http "";',
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::https::CAInfo "/etc/company.pem";',
      'Acquire::Retries "3";',
      'Acquire::Check-Valid-Until "false";',
      'Acquire::Languages "";',
      'Acquire::Changelogs::URI::Origin::Debian "https://changes.example/@CHANGEPATH@_changelog";',
      'APT::Update::Post-Invoke:: "touch /tmp/x";',
    ].join('\n')
    expect(networkSettings(dump)).toEqual([
      'Acquire::http "";',
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::https::CAInfo "/etc/company.pem";',
      'Acquire::Retries "3";',
      'Acquire::Check-Valid-Until "false";',
    ])
  })
})
