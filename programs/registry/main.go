// Registry moves images between an OCI layout and a registry, reads what a registry has, and reports the result or the fault as one JSON
// document.
//
// Everything is by digest, tags move last, nothing that exists is sent again, and nothing that a registry states is trusted before it
// was read back. So a run that was interrupted anywhere is continued by running it again. It needs only the network, and runs in a
// scratch container; the credentials come from a Docker configuration, and never appear in output.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	// The public root certificates, for containers that have none of their own.
	_ "golang.org/x/crypto/x509roots/fallback"
)

// version is what `registry version` prints. It changes whenever the output changes.
const version = "1.2.0"

// schemaVersion is in every document.
const schemaVersion = 1

const usage = `usage: registry push [OPTIONS] LAYOUT REPOSITORY@DIGEST
       registry attach [OPTIONS] BUNDLES REPOSITORY@DIGEST
       registry tag [OPTIONS] [--immutable] REPOSITORY@DIGEST TAG...
       registry resolve [OPTIONS] REPOSITORY:TAG|REPOSITORY@DIGEST
       registry config [OPTIONS] REPOSITORY@DIGEST
       registry referrers probe [OPTIONS] REPOSITORY@DIGEST
       registry pull [OPTIONS] REPOSITORY:TAG|REPOSITORY@DIGEST LAYOUT
       registry version
options: --plain-http      plain HTTP; without this option only for a registry on loopback
         --known-as HOST   the registry's name in messages and in the Docker configuration, if it is reached under a different one
`

var errUsage = errors.New("wrong usage")

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr, defaultPatience()))
}

// run is main without the process: 0 is success, 1 a typed error, whose document is on standard output, 2 wrong arguments.
func run(ctx context.Context, arguments []string, stdout, stderr io.Writer, patience patience) int {
	document, err := dispatch(ctx, arguments, patience)
	if err == nil {
		err = print(stdout, document)
	}
	var failed *fault
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "%s\n%s", singleLine(err.Error()), usage)
		return 2
	case errors.As(err, &failed):
		if err := print(stdout, errorDocument{SchemaVersion: schemaVersion, Error: failed}); err != nil {
			fmt.Fprintln(stderr, singleLine(err.Error()))
		}
		fmt.Fprintln(stderr, failed.Error())
		return 1
	default:
		fmt.Fprintln(stderr, singleLine(err.Error()))
		return 1
	}
}

func dispatch(ctx context.Context, arguments []string, patience patience) (any, error) {
	if len(arguments) == 0 {
		return nil, fmt.Errorf("%w: expected a command, found none", errUsage)
	}
	command, rest := arguments[0], arguments[1:]
	if command == "referrers" && len(rest) > 0 {
		command, rest = command+" "+rest[0], rest[1:]
	}
	parsed := options{patience: patience}
	immutable := false
	least, most := 1, 1
	switch command {
	case "version":
		least, most = 0, 0
	case "push", "pull", "attach":
		least, most = 2, 2
	case "tag":
		least, most = 2, 1+mostTags
	case "resolve", "config", "referrers probe":
	default:
		return nil, fmt.Errorf("%w: expected push, attach, tag, resolve, config, referrers, pull or version, found %q", errUsage, command)
	}
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.BoolVar(&parsed.plain, "plain-http", false, "plain HTTP")
	flags.StringVar(&parsed.knownAs, "known-as", "", "the registry's name for people and credentials")
	if command == "tag" {
		flags.BoolVar(&immutable, "immutable", false, "refuse to move a tag that exists with a different digest")
	}
	if err := flags.Parse(rest); err != nil {
		return nil, fmt.Errorf("%w: %s", errUsage, err)
	}
	operands := flags.Args()
	if len(operands) < least || len(operands) > most {
		return nil, fmt.Errorf("%w: %s was given %d arguments", errUsage, command, len(operands))
	}
	switch command {
	case "push":
		return push(ctx, operands[0], operands[1], parsed)
	case "attach":
		return attach(ctx, operands[0], operands[1], parsed)
	case "tag":
		return tag(ctx, operands[0], operands[1:], immutable, parsed)
	case "resolve":
		return resolve(ctx, operands[0], parsed)
	case "config":
		return config(ctx, operands[0], parsed)
	case "referrers probe":
		return probeReferrers(ctx, operands[0], parsed)
	case "pull":
		return pull(ctx, operands[0], operands[1], parsed)
	default:
		return versionDocument{SchemaVersion: schemaVersion, Version: version}, nil
	}
}

type versionDocument struct {
	SchemaVersion int    `json:"schemaVersion"`
	Version       string `json:"version"`
}

func print(stdout io.Writer, document any) error {
	encoder := json.NewEncoder(stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(document)
}
