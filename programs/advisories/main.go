// Program advisories turns advisory facts, written as YAML, into a vulnerability database that Trivy reads, and prints the
// digest and the coverage of any Trivy database.
//
//	advisories compile FACTS_DIRECTORY OUTPUT_DIRECTORY
//	advisories digest DATABASE_DIRECTORY
//
// compile writes OUTPUT_DIRECTORY/db/trivy.db and OUTPUT_DIRECTORY/db/metadata.json, the layout of Trivy's --cache-dir.
// digest takes a directory that holds db/trivy.db, or trivy.db itself. Both print one JSON object.
// Exit codes: 0 done, 1 the input is not valid, 2 wrong usage.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

const usage = `usage: advisories compile FACTS_DIRECTORY OUTPUT_DIRECTORY
       advisories digest DATABASE_DIRECTORY
`

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	var result any
	var err error
	switch {
	case len(args) == 3 && args[0] == "compile":
		if err = compile(args[1], args[2]); err == nil {
			result, err = digest(args[2])
		}
	case len(args) == 2 && args[0] == "digest":
		result, err = digest(args[1])
	default:
		fmt.Fprint(stderr, usage)
		return 2
	}
	if err == nil {
		encoder := json.NewEncoder(stdout)
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(result)
	}
	if err != nil {
		fmt.Fprintf(stderr, "advisories: %v\n", err)
		return 1
	}
	return 0
}
