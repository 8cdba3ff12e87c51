import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clearReports, writeReports } from '../../../../ci/run/report-directory.ts'
import { DeliveryError } from '../../../../src/model/errors.ts'

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'loadline-reports-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

describe('the report directory', () => {
  it('gets all reports or, where the disk is full, none: what it said before stays [faults 58, 71]', async () => {
    const path = directory()
    await writeReports(path, { 'verdict.json': 'not ended' })
    // Whoever writes to this device is told that there is no space left.
    symlinkSync('/dev/full', join(path, 'summary.md.part'))
    const written = writeReports(path, {
      'verdict.json': 'passed',
      'sbom/linux-arm64/sbom.cdx.json': '{}',
      'summary.md': 'passed',
    })
    await expect(written).rejects.toThrow(/no space left/)
    await expect(written).rejects.toMatchObject({ code: 'REPORT', exitCode: 3 })
    expect(readFileSync(join(path, 'verdict.json'), 'utf8')).toBe('not ended')
    expect(readdirSync(path, { recursive: true }).toSorted()).toEqual(['sbom', 'sbom/linux-arm64', 'verdict.json'])
  })

  it('that is none is an error [fault 71]', async () => {
    const path = join(directory(), 'file')
    writeFileSync(path, '')
    await expect(clearReports(join(path, 'report'))).rejects.toThrow(DeliveryError)
    await expect(writeReports(join(path, 'report'), { 'verdict.json': '{}' })).rejects.toThrow(DeliveryError)
  })

  it('loses the reports of an earlier run and nothing else', async () => {
    const path = directory()
    await writeReports(path, { 'verdict.json': 'passed', 'sbom/linux-arm64/sbom.cdx.json': '{}', 'notes.txt': 'mine' })
    await clearReports(path)
    expect(readdirSync(path)).toEqual(['notes.txt'])
  })
})
