import { posix } from 'node:path'
import type { PlacedInstruction } from '../dockerfile-file.ts'
import { copiedBy, type Copied } from '../placed-paths.ts'
import type { Situation } from '../repair.ts'
import type { PlacedScript } from '../script.ts'

/** The directory of the official image in which instructions work. */
export const goDirectory = '/go'

/** Modules that are C programs in part: without C many of them build, and fail when they are used. */
const needC = new RegExp(
  `(^|[\\s"])(${[
    'github\\.com/(mattn/go-(sqlite3|oci8)|(mutecomm|xeodou)/go-sqlcipher|godror/godror|(marcboeker/go-duckdb|duckdb/duckdb-go)|ibmdb/go_ibm_db|alexbrainman/odbc|ibm-messaging/mq-golang)',
    'github\\.com/(confluentinc/confluent-kafka-go|(pebbe/zmq4|zeromq/goczmq)|google/gousb|(google|gopacket)/gopacket|apple/foundationdb)',
    'github\\.com/(h2non/bimg|davidbyttow/govips|cshum/vipsgen|discord/lilliput|otiai10/gosseract|gen2brain/go-fitz|hybridgroup/gocv|chai2010/webp|kolesa-team/go-webp|strukturag/libheif|h2non/imaginary)',
    'gocv\\.io/x/gocv|gopkg\\.in/(gographics/imagick|hraban/opus|DataDog/dd-trace-go)|github\\.com/gographics/imagick',
    'github\\.com/(DataDog/(zstd|go-libddwaf)|valyala/gozstd|linxGnu/grocksdb|tecbot/gorocksdb|jmhodges/levigo|bmatsuo/lmdb-go|PowerDNS/lmdb-go|wellington/go-libsass|bep/golibsass)',
    'github\\.com/(libgit2/git2go|yalue/onnxruntime_go|tensorflow/tensorflow|sugarme/gotch|wasmerio/wasmer-go|bytecodealliance/wasmtime-go|second-state/WasmEdge-go|rogchap/v8go|tommie/v8go)',
    'github\\.com/(miekg/pkcs11|ThalesIgnite/crypto11|ThalesGroup/crypto11|supranational/blst|proglottis/gpgme|seccomp/libseccomp-golang|containers/storage|coreos/go-systemd)',
    'github\\.com/(twpayne/go-geos|lukeroth/gdal|airbusgeo/godal|everystreet/go-proj|uber/h3-go|openvenues/gopostal|yanyiwu/gojieba|(smacker|tree-sitter)/go-tree-sitter|pganalyze/pg_query_go)',
    'github\\.com/(asticode/go-astiav|giorgisio/goav|hraban/opus|pion/mediadevices|veandco/go-sdl2|gen2brain/raylib-go|go-gl|hajimehoshi|ebitengine|gotk3|diamondburned/gotk4|karalabe/(usb|hid))|fyne\\.io/fyne',
  ].join('|')})`,
)

/** Imports of C itself. */
const importsC = /^(.*\*\/)?[ \t]*(import\b[ \t(]*)?["`]C["`][ \t]*([);]|\/[/*]|$)/m

/** What starts other programs. */
const startsPrograms = /"os\/exec"|\b(syscall|unix)\.(Exec|ForkExec|StartProcess)\b|\bos\.StartProcess\b/

/** Modules that start git. */
const callsGit =
  /github\.com\/(hashicorp\/go-getter|Masterminds\/vcs|gogs\/git-module|ldez\/go-git-cmd-wrapper)|code\.gitea\.io\//

/** What the instructions of a stage copy from the source. */
export function copiesOf(
  { file, source }: Pick<Situation, 'file' | 'source'>,
  { instructions }: { instructions: readonly PlacedInstruction[] },
): Copied[] {
  return instructions.flatMap((one) => copiedBy(file, one, goDirectory, source.paths) ?? [])
}

/**
 * Whether the program may be one of C in part: its modules or its code say so, or are not all known. Of a tool that is
 * installed by its version, nothing is known.
 */
export function mayNeedC(
  { source }: Pick<Situation, 'source'>,
  { runs, bases }: { runs: ReadonlyArray<{ script: PlacedScript }>; bases: { isMusl: boolean } },
  copied: readonly Copied[],
): boolean {
  const words = runs.flatMap(({ script }) => script.commands.map((one) => one.words))
  // Without a C compiler, Go makes programs without C.
  const hasCompiler = !bases.isMusl || words.flat().some((word) => /^(gcc|g\+\+|clang|build-base|musl-dev)$/.test(word))
  const isTool = words.some(
    ([program, command, ...args]) =>
      program === 'go' && command === 'install' && args.some((word) => word.includes('@')),
  )
  const texts = codeOf(
    source.texts,
    copied.flatMap(({ files }) => files),
  )
  const isUnknown = texts.includes(undefined) || isTool
  return (isUnknown && hasCompiler) || texts.some((text = '') => needC.test(text) || importsC.test(text))
}

/** Whether Go's code is known, and calls no git: then that is there for what the build downloads. */
export function callsNoGit({ paths, texts }: Situation['source']): boolean {
  return codeOf(texts, [...paths]).every(
    (text) => text !== undefined && !startsPrograms.test(text) && !callsGit.test(text),
  )
}

/** The texts of code and manifests; undefined for what was not read. */
function codeOf(texts: Situation['source']['texts'], paths: readonly string[]): Array<string | undefined> {
  const ofModule = /^go(\.mod|\.sum)$/
  return (
    paths
      .filter((path) => isGoCode(path) || ofModule.test(posix.basename(path)))
      // Since Go 1.17, go.mod has all modules that are compiled; go.sum has many that are not.
      .filter(
        (path) =>
          posix.basename(path) !== 'go.sum' ||
          !/^go 1\.(1[7-9]|[2-9]\d)/m.test(texts.get(posix.join(posix.dirname(path), 'go.mod')) ?? ''),
      )
      .map((path) => texts.get(path))
  )
}

/** Whether a file is code of the program's own. */
export function isGoCode(path: string): boolean {
  return path.endsWith('.go') && !/_test\.go$|(^|\/)(vendor|testdata)\//.test(path)
}
