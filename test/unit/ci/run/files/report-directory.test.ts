import { execFileSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clearReports, writeReports } from '../../../../../ci/run/files/report-directory.ts'
import { DeliveryError } from '../../../../../src/model/errors.ts'

const silent = () => undefined

function directory(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'loadline-reports-')))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

describe('the report directory', () => {
  it('gets all reports or, where the disk takes no more, none: what it said before stays [faults 58, 71]', async () => {
    const path = directory()
    await writeReports(path, { 'verdict.json': 'not ended' })
    const limit = (bytes: string) => execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`])
    const goOn = () => undefined
    process.on('SIGXFSZ', goOn)
    limit('1000')
    const written = writeReports(path, {
      'verdict.json': 'passed',
      'sbom/linux-arm64/sbom.cdx.json': '{}',
      'summary.md': 'passed'.repeat(1000),
    })
    await written.catch(() => undefined)
    limit('unlimited')
    process.off('SIGXFSZ', goOn)
    await expect(written).rejects.toThrow(/file too large/)
    await expect(written).rejects.toMatchObject({ code: 'REPORT', exitCode: 3 })
    expect(readFileSync(join(path, 'verdict.json'), 'utf8')).toBe('not ended')
    expect(readdirSync(path, { recursive: true }).toSorted()).toEqual(['sbom', 'sbom/linux-arm64', 'verdict.json'])
  })

  it('that is not a directory is an error [fault 71]', async () => {
    const path = join(directory(), 'file')
    writeFileSync(path, '')
    await expect(clearReports(join(path, 'report'), silent)).rejects.toThrow(DeliveryError)
    await expect(writeReports(join(path, 'report'), { 'verdict.json': '{}' })).rejects.toThrow(DeliveryError)
  })

  it('loses the reports of an earlier run and nothing else', async () => {
    const path = directory()
    await writeReports(path, { 'verdict.json': 'passed', 'sbom/linux-arm64/sbom.cdx.json': '{}', 'notes.txt': 'mine' })
    await clearReports(path, silent)
    expect(readdirSync(path)).toEqual(['notes.txt'])
  })

  /** A work tree with an output directory, and files outside of it that nobody may touch. */
  const attacked = () => {
    const outside = directory()
    writeFileSync(join(outside, 'kept'), 'kept')
    const tree = directory()
    mkdirSync(join(tree, '.git'))
    return { outside, tree, output: join(tree, 'loadline-report') }
  }
  const reports = { 'verdict.json': '{}', 'sbom/linux-arm64/sbom.cdx.json': '{}' }

  it('is made anew where a link was committed in its place [fault 74]', async () => {
    const { outside, output } = attacked()
    symlinkSync(outside, output)
    const said: string[] = []
    await clearReports(output, (line) => void said.push(line))
    await writeReports(output, reports)
    expect(said).toEqual([expect.stringContaining(output)])
    expect(lstatSync(output).isDirectory()).toBe(true)
    expect(readdirSync(outside)).toEqual(['kept'])
  })

  it('loses every link, pipe and loop that was committed into it, by name, and nothing that they lead to [fault 74]', async () => {
    const { outside, output } = attacked()
    mkdirSync(join(output, 'deep/er'), { recursive: true })
    const strangers = ['passwd', 'verdict.json', 'sbom', 'verdict.json.part', 'engine.log', 'deep/er/home', 'loop']
    for (const name of strangers.slice(0, 6)) symlinkSync(join(outside, 'kept'), join(output, name))
    symlinkSync('loop', join(output, 'loop'))
    symlinkSync(outside, join(output, 'deep/all'))
    execFileSync('mkfifo', [join(output, 'pipe')])
    writeFileSync(join(output, 'deep/notes.txt'), 'mine')
    const said: string[] = []
    await clearReports(output, (line) => void said.push(line))
    await writeReports(output, reports)
    expect(readdirSync(output, { recursive: true }).toSorted()).toEqual([
      'deep',
      'deep/er',
      'deep/notes.txt',
      'sbom',
      'sbom/linux-arm64',
      'sbom/linux-arm64/sbom.cdx.json',
      'verdict.json',
    ])
    for (const name of ['passwd', 'deep/er/home', 'deep/all', 'pipe', 'loop'])
      expect(said.join('\n')).toContain(join(output, name))
    expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept')
  })

  it.each([
    ['a link in the way', 'reports/of/run', 'reports'],
    ['a link in its place', 'reports', 'reports'],
  ])('of another name is not written through %s, and is left as it is [fault 74]', async (_what, path, link) => {
    const { outside, tree } = attacked()
    symlinkSync(outside, join(tree, link))
    await expect(clearReports(join(tree, path), silent)).rejects.toThrow(/symbolic link/)
    await expect(writeReports(join(tree, path), reports)).rejects.toMatchObject({ code: 'REPORT' })
    expect(readdirSync(outside)).toEqual(['kept'])
    expect(lstatSync(join(tree, link)).isSymbolicLink()).toBe(true)
  })

  it('of another name keeps the links of others, and no report goes through one [fault 74]', async () => {
    const { outside, tree } = attacked()
    const output = join(tree, 'build')
    mkdirSync(output)
    for (const name of ['verdict.json', 'verdict.json.part', 'latest', 'sbom'])
      symlinkSync(name === 'sbom' ? outside : join(outside, 'kept'), join(output, name))
    await clearReports(output, silent)
    await writeReports(output, reports)
    expect(lstatSync(join(output, 'latest')).isSymbolicLink()).toBe(true)
    expect(lstatSync(join(output, 'verdict.json')).isFile()).toBe(true)
    expect(readdirSync(outside)).toEqual(['kept'])
    expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept')
    expect(existsSync(join(output, 'verdict.json.part'))).toBe(false)
  })

  it('outside of every work tree may be a link, as people have them', async () => {
    const outside = directory()
    const place = directory()
    symlinkSync(outside, join(place, 'reports'))
    await clearReports(join(place, 'reports'), silent)
    await writeReports(join(place, 'reports'), reports)
    expect(readdirSync(outside).toSorted()).toEqual(['sbom', 'verdict.json'])
  })
})
