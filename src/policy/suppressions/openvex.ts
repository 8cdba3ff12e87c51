import { OpenVex } from '../../formats/openvex.ts'
import { readSuppressionFile, suppressionError } from './suppression-document.ts'

/** Reads an OpenVEX document. Throws `POLICY` with the line if it is not valid. */
export function readOpenVex(text: string, path: string): OpenVex {
  if (!text.trimStart().startsWith('{'))
    throw suppressionError(path, 1, 'expected an OpenVEX document, found something that is not a JSON object')
  // JSON is read as YAML, whose reader is bounded and detects duplicate keys. In JSON a tab can only be white space
  // between tokens, where YAML requires spaces.
  return readSuppressionFile(text.replaceAll('\t', ' '), path, 'an OpenVEX document of version 0.2.0', OpenVex)
}
