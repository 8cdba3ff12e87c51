import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../src/repair/dockerfile-file.ts'
import { execEdit } from '../../../src/repair/kept-remarks.ts'
import { repairs } from '../../../src/repair/index.ts'
import { repaired, situationOf, type Given } from './situation.ts'

const root: Given = { configuration: { cmd: ['a'], entrypoint: [] } }

describe('what is added to a RUN', () => {
  const given: Given = { lint: ['DL3009:2', 'DL3060:3'] }
  it.each([
    ['# and its library', 'apt-get install -y jq', 'rm -rf /var/lib/apt/lists/*'],
    ['#', 'apt-get update && apt-get install -y "a#b"', 'rm -rf /var/lib/apt/lists/*'],
    [';', 'apt-get update && apt-get install -y jq', 'rm -rf /var/lib/apt/lists/*'],
    ['; # deps', "apt-get install -y 'jq # x'", 'rm -rf /var/lib/apt/lists/*'],
    ['# one \\\n    # two \\\n    && three', 'apt-get install -y jq', 'rm -rf /var/lib/apt/lists/*'],
  ])('stands before what the shell does not read: %s', (remark, command, cleaning) => {
    const text = `FROM debian:12\nRUN ${command} ${remark}\nCMD ["a"]\n`
    const { dockerfile } = repaired(text, { ...root, ...given, lint: ['DL3009:2'] })
    expect(dockerfile).toContain(`RUN ${command} \\\n    && ${cleaning}`)
    expect(dockerfile.replace(` \\\n    && ${cleaning}`, '')).toBe(text)
  })
  it('is not added again', () => {
    const text = 'FROM node:22\nRUN yarn install && yarn cache clean # deps\nCMD ["a"]\n'
    expect(repaired(text, { ...root, lint: ['DL3060:2'] }).dockerfile).toBe(text)
  })
  it('does not follow a remark when RUNs of packages are joined', () => {
    const text = 'FROM debian:12\nRUN apt-get update # lists\nRUN apt-get install -y jq\nCMD ["a"]\n'
    const order = repairs.find(({ id }) => id === 'dependencies-first')
    expect(order?.propose(situationOf(text, root)).proposals ?? []).toEqual([])
    const within = 'FROM debian:12\nRUN apt-get update\nRUN \\\n  # the library\n  apt-get install -y jq\nCMD ["a"]\n'
    expect(order?.propose(situationOf(within, root)).proposals ?? []).toEqual([])
  })
})

describe('other words of a command', () => {
  const array = `FROM python:3.12
CMD ["flask", \\
  # all interfaces
  "--host", "0.0.0.0", \\
  # the port
  "--port", "8000"]
`
  const withWords = (text: string, words: string[]) => {
    const { file } = situationOf(text)
    const instruction = file.instructions.find(({ keyword }) => /^(CMD|ENTRYPOINT)$/.test(keyword))
    return applyEdits(text, [execEdit(file, instruction!, words)])
  }
  const all = ['flask', '--host', '0.0.0.0', '--port', '8000']
  it.each<[string, string[], string]>([
    ['are put before', ['tini', '--', ...all], array.replace('"flask"', '"tini", "--", "flask"')],
    ['are put behind', [...all, '--reload'], array.replace('"8000"', '"8000", "--reload"')],
    ['replace one', ['python3', '-m', ...all], array.replace('"flask"', '"python3", "-m", "flask"')],
    ['replace the last', [...all.slice(0, 4), '9000'], array.replace('8000', '9000')],
    ['leave one out', all.slice(0, 4), array.replace(', "8000"', '')],
    ['are the same', all, array],
  ])('%s', (_, words, expected) => {
    expect(withWords(array, words)).toBe(expected)
  })
  it('leave out lines, whose remarks come above', () => {
    expect(withWords(array, ['flask', '--port', '8000'])).toBe(
      'FROM python:3.12\n# all interfaces\nCMD ["flask", \\\n  # the port\n  "--port", "8000"]\n',
    )
  })
  it('keep the remark behind a shell’s command, above a pragma', () => {
    const text = 'FROM python:3.12\n# hadolint ignore=DL3025\nCMD python app.py \\\n  # the port\n  8000 # the server\n'
    expect(withWords(text, ['python', 'app.py', '8000'])).toBe(
      'FROM python:3.12\n# the port\n# the server\n# hadolint ignore=DL3025\nCMD ["python", "app.py", "8000"]\n',
    )
  })
})

describe('remarks above an instruction', () => {
  it('go with one that is removed, unless they may be about what replaces it', () => {
    const text = 'FROM debian:12\n# for debugging\nCMD ["bash"]\n\n# the server\nCMD ["a"]\n'
    expect(repaired(text, { ...root, lint: ['DL4003:6'] }).dockerfile).toBe(
      'FROM debian:12\n\n# the server\nCMD ["a"]\n',
    )
    const shared = 'FROM debian:12\n# how it starts\nCMD ["bash"]\nCMD ["a"]\n'
    expect(repaired(shared, { ...root, lint: ['DL4003:4'] }).dockerfile).toBe(
      'FROM debian:12\n# how it starts\nCMD ["a"]\n',
    )
  })
  it('stay with it where another instruction is put before', () => {
    const text = 'FROM debian:12\n# hadolint ignore=DL3008\nRUN a | b\nCMD ["a"]\n'
    expect(repaired(text, { ...root, lint: ['DL4006:3'] }).dockerfile).toBe(
      text.replace('# had', 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n# had'),
    )
  })
})
