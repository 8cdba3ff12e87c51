import { OpenVex } from '../../formats/openvex.ts'
import { readSuppressionFile, suppressionError } from './suppression-document.ts'

/** Reads an OpenVEX document. Throws `POLICY` with the line where it is none. */
export function readOpenVex(text: string, path: string): OpenVex {
  if (!/^[\uFEFF\s]*\{/.test(text))
    throw suppressionError(path, 1, 'expected an OpenVEX document, found something that is not a JSON object')
  // JSON is read as YAML, whose reader is bounded and knows keys that are there twice. A tab can only stand between the words of JSON, where YAML wants spaces.
  return readSuppressionFile(text.replaceAll('\t', ' '), path, 'an OpenVEX document of version 0.2.0', OpenVex).data
}
