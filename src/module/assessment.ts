import { func, object, type Directory, type File } from '@dagger.io/dagger'
import { compliance } from '../../pipelines/compliance.ts'
import { frameworkOf } from './inputs.ts'
import { PassedImage } from './passed-image.ts'
import { reportDirectory } from './reports.ts'

/** A judged image: its verdict, its evidence and every report. A rejection is a value here, so that the reports are always available. */
@object()
export class Assessment {
  /** Contents of the report files, by name, as JSON. */
  private documents: string
  private archives: File[]
  private releasable?: PassedImage

  constructor(documents: string, archives: File[], passed?: PassedImage) {
    this.documents = documents
    this.archives = archives
    if (passed !== undefined) this.releasable = passed
  }

  /** The verdict document (`verdict.json`): outcome, every rule, all evidence, digests, tools. */
  @func()
  verdict(): string {
    return this.report('verdict.json')
  }

  /** One word: passed, rejected, undecided or broken. */
  @func()
  outcome(): string {
    return (JSON.parse(this.verdict()) as { outcome: string }).outcome
  }

  /** The verdict for people, in Markdown. */
  @func()
  summary(): string {
    return this.report('summary.md')
  }

  /** Every report: verdict.json, report.sarif, report.junit.xml, report.html, summary.md and the SBOMs. */
  @func()
  reports(): Directory {
    return reportDirectory(this.read())
  }

  /** The findings in SARIF 2.1.0, as code-scanning services read them. */
  @func()
  sarif(): File {
    return this.reports().file('report.sarif')
  }

  /** The software bill of materials in CycloneDX, for a run with one platform; `reports` has those of several. */
  @func()
  sbom(): File {
    return this.reports().file('sbom.cdx.json')
  }

  /**
   * What the run proves for a compliance framework, tied to its reports: compliance-<framework>.json and .md. It is a document and judges nothing.
   *
   * @param framework hipaa, pci-dss or soc2.
   */
  @func()
  async compliance(framework: string): Promise<Directory> {
    const verdict = { path: 'verdict.json', text: this.verdict() }
    return reportDirectory(
      await compliance(frameworkOf(framework), { verdict, read: async (path) => this.read()[path] }),
    )
  }

  /** The built image as an OCI archive, for the first platform. It has been judged, but has not necessarily passed. */
  @func()
  image(): File {
    const archive = this.archives[0]
    if (archive === undefined) throw new Error('no image was built: the verdict says why')
    return archive
  }

  /** The image as one that may ship: only this has a `release`. Fails unless the verdict is passed. */
  @func({ cache: 'never' })
  passed(): PassedImage {
    this.enforce()
    if (this.releasable === undefined) throw new Error('this assessment cannot release anything')
    return this.releasable
  }

  /** Fails unless the verdict is passed; otherwise returns the summary. */
  @func({ cache: 'never' })
  enforce(): string {
    if (this.outcome() !== 'passed') throw new Error(`the image may not ship: ${this.outcome()}\n\n${this.summary()}`)
    return this.summary()
  }

  private report(name: string): string {
    const text = this.read()[name]
    if (text === undefined) throw new Error(`this run has no ${name}`)
    return text
  }

  private read(): Record<string, string> {
    return JSON.parse(this.documents) as Record<string, string>
  }
}
