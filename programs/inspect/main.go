// Inspect reads an image archive and reports its contents as one JSON document: the image configuration, the layers with
// their sizes, the files that are worth a second look, and the credentials in them. Every digest on the way is computed and compared.
//
// It needs only the archive, so it runs in a scratch container. Values of environment variables never leave it.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// version is what `inspect version` prints. It changes whenever the output changes.
const version = "1.7.0"

const usage = `usage: inspect image [--max-unpacked 64GiB] [--max-entries 2000000] ARCHIVE
       inspect secrets [--max-unpacked 64GiB] [--max-entries 2000000] ARCHIVE
       inspect layers ARCHIVE
       inspect extract [--max-unpacked 64GiB] ARCHIVE... DIRECTORY
       inspect assign [--max-unpacked 64GiB] ARCHIVE PLATFORM DIRECTORY
       inspect plain [--max-unpacked 64GiB] ARCHIVE DIRECTORY
       inspect unpack [--max-unpacked 64GiB] ARCHIVE DIRECTORY
       inspect pack DIRECTORY ARCHIVE PART...
       inspect normalize [--max-unpacked 64GiB] [--max-entries 2000000] ARCHIVE DIRECTORY EPOCH
       inspect compare [--max-unpacked 64GiB] [--max-entries 2000000] ARCHIVE ARCHIVE
       inspect config ARCHIVE FILE
       inspect condense REPORT FILE
       inspect version
`

var errUsage = errors.New("wrong usage")

func main() {
	os.Exit(runGuarded(os.Args[1:], os.Stdout, os.Stderr))
}

// run is main without the process: 0 is success, 1 an archive that cannot be read or trusted, 2 wrong arguments.
func run(arguments []string, stdout, stderr io.Writer) int {
	err := dispatch(arguments, stdout)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "%s\n%s", singleLine(err.Error()), usage)
		return 2
	default:
		fmt.Fprintln(stderr, singleLine(err.Error()))
		return 1
	}
}

// subcommand is one command of the command line. Its result is printed; it is nil if a file was written.
type subcommand struct {
	// The number of operands.
	least, most int
	run         func(operands []string, allowed limits) (any, error)
}

var subcommands = map[string]subcommand{
	"image":   {1, 1, func(operands []string, allowed limits) (any, error) { return inspectImage(operands[0], allowed) }},
	"secrets": {1, 1, func(operands []string, allowed limits) (any, error) { return searchImage(operands[0], allowed) }},
	"layers":  {1, 1, func(operands []string, _ limits) (any, error) { return listLayers(operands[0]) }},
	"extract": {2, 100, func(operands []string, allowed limits) (any, error) {
		last := len(operands) - 1
		return extract(operands[:last], operands[last], allowed)
	}},
	"assign": {3, 3, func(operands []string, allowed limits) (any, error) {
		return assign(operands[0], operands[1], operands[2], allowed)
	}},
	"plain": {2, 2, func(operands []string, allowed limits) (any, error) { return plain(operands[0], operands[1], allowed) }},
	"unpack": {2, 2, func(operands []string, allowed limits) (any, error) {
		return nil, unpack(operands[0], operands[1], allowed)
	}},
	"pack": {3, 100, func(operands []string, _ limits) (any, error) {
		return nil, pack(operands[0], operands[1], operands[2:])
	}},
	"normalize": {3, 3, func(operands []string, allowed limits) (any, error) {
		return normalize(operands[0], operands[1], operands[2], allowed)
	}},
	"compare": {2, 2, func(operands []string, allowed limits) (any, error) {
		return compareImages(operands[0], operands[1], allowed)
	}},
	"config":   {2, 2, func(operands []string, _ limits) (any, error) { return nil, extractConfig(operands[0], operands[1]) }},
	"condense": {2, 2, func(operands []string, _ limits) (any, error) { return nil, condense(operands[0], operands[1]) }},
}

func dispatch(arguments []string, stdout io.Writer) error {
	if len(arguments) == 0 {
		return fmt.Errorf("%w: expected a command, found none", errUsage)
	}
	name, rest := arguments[0], arguments[1:]
	if name == "version" {
		if len(rest) != 0 {
			return fmt.Errorf("%w: version takes no arguments", errUsage)
		}
		_, err := fmt.Fprintf(stdout, "inspect %s\n", version)
		return err
	}
	chosen, known := subcommands[name]
	if !known {
		return fmt.Errorf("%w: expected image, secrets, layers, extract, assign, plain, unpack, pack, normalize, compare, config, condense or version, found %q", errUsage, name)
	}
	allowed, operands, err := parseFlags(name, rest, chosen.least, chosen.most)
	if err != nil {
		return err
	}
	document, err := chosen.run(operands, allowed)
	if err != nil || document == nil {
		return err
	}
	return print(stdout, document)
}

func print(stdout io.Writer, document any) error {
	encoder := json.NewEncoder(stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(document)
}

func parseFlags(command string, arguments []string, least, most int) (limits, []string, error) {
	chosen := defaultLimits()
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("max-unpacked", "maximum unpacked size of all layers together", func(text string) error {
		bytes, err := parseBytes(text)
		chosen.unpacked = bytes
		return err
	})
	flags.IntVar(&chosen.entries, "max-entries", chosen.entries, "maximum number of entries in all layers together")
	if err := flags.Parse(arguments); err != nil {
		return limits{}, nil, fmt.Errorf("%w: %s", errUsage, err)
	}
	if chosen.entries < 1 {
		return limits{}, nil, fmt.Errorf("%w: expected --max-entries of 1 or more, found %d", errUsage, chosen.entries)
	}
	if flags.NArg() < least || flags.NArg() > most {
		return limits{}, nil, fmt.Errorf("%w: %s was given %d arguments", errUsage, command, flags.NArg())
	}
	return chosen, flags.Args(), nil
}
