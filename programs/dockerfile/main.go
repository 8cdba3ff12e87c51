// Dockerfile reads a Dockerfile with the code that the engine builds with, and reports its contents as one JSON document: stages and which of them are built,
// images with their positions in the text, mounts, secrets, downloads, comments, the findings of BuildKit's checks, and what cannot or must not be built. It also rewrites a
// Dockerfile for its build, by position and not by pattern, reads the result again and converts it, so that what is built is what was judged.
//
// It runs nothing that it reads, and uses no network: the configurations of base images are passed to it.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// version is what `dockerfile version` prints. It changes whenever the output changes.
const version = "1.2.0"

const usage = `usage: dockerfile read REQUEST DOCKERFILE
       dockerfile prepare REQUEST DOCKERFILE
       dockerfile version
`

var errUsage = errors.New("wrong usage")

const exitUsage = 2

func main() {
	arguments := os.Args[1:]
	if len(arguments) > 0 && arguments[0] == insideGuard {
		if err := boundMemory(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(run(arguments[1:], os.Stdout, os.Stderr))
	}
	if len(arguments) > 0 && arguments[0] != "version" {
		os.Exit(guarded(arguments, os.Stdout, os.Stderr))
	}
	os.Exit(run(arguments, os.Stdout, os.Stderr))
}

// run is main without the process: 0 is a report, refusals among it, 1 a fault of this program or a request that cannot be read, 2 wrong arguments.
func run(arguments []string, stdout, stderr io.Writer) int {
	err := dispatch(arguments, stdout)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "%s\n%s", printable(err.Error()), usage)
		return exitUsage
	default:
		fmt.Fprintln(stderr, printable(err.Error()))
		return 1
	}
}

func dispatch(arguments []string, stdout io.Writer) error {
	if len(arguments) == 1 && arguments[0] == "version" {
		_, err := fmt.Fprintf(stdout, "dockerfile %s\n", version)
		return err
	}
	if len(arguments) != 3 || arguments[0] != "read" && arguments[0] != "prepare" {
		return fmt.Errorf("%w: expected read or prepare with a request and a Dockerfile, found %d arguments", errUsage, len(arguments))
	}
	asked, err := readRequest(arguments[1])
	if err != nil {
		return err
	}
	text, err := os.ReadFile(arguments[2])
	if err != nil {
		return err
	}
	if arguments[0] == "read" {
		report, err := reportReading(text, asked)
		if err != nil {
			return err
		}
		return print(stdout, report)
	}
	report, err := reportPreparation(text, asked)
	if err != nil {
		return err
	}
	return print(stdout, report)
}

func print(stdout io.Writer, document any) error {
	encoder := json.NewEncoder(stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(document)
}
