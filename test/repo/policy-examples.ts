import { read } from './source-files.ts'

/** The YAML blocks of a documentation page, with the line on which each begins. */
export function policyExamples(path: string): Array<{ line: number; text: string }> {
  const page = read(path)
  return [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map((block) => ({
    line: page.slice(0, block.index).split('\n').length,
    text: block[1] ?? '',
  }))
}
