import type { Platform } from '../../model/index.ts'
import type { DockerfileReading } from './output.ts'

/**
 * The instructions that a build for one platform executes, each with its first line, counted from 1, and its text as written in `text`.
 */
export function builtInstructions(
  { text, reading }: { text: string; reading: DockerfileReading },
  platform: Platform,
): Array<{ line: number; text: string }> {
  const reached = new Set(reading.platforms.find((one) => one.platform === platform)?.reached)
  const lines = text.split('\n')
  return reading.instructions
    .filter(({ stage }) => reached.has(stage))
    .map(({ line, lastLine }) => ({
      line,
      text: lines
        .slice(line - 1, lastLine)
        .join('\n')
        .trim(),
    }))
}
