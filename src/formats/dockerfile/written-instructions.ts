import { DockerfileParser } from 'dockerfile-ast'

/** Every instruction of a Dockerfile with its first line, counted from 1, and its text as it is written. */
export function writtenInstructions(text: string): Array<{ line: number; text: string }> {
  return DockerfileParser.parse(text)
    .getInstructions()
    .map((instruction) => ({ line: instruction.getRange().start.line + 1, text: instruction.getTextContent() }))
}
